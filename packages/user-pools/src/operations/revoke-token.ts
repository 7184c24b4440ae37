import { z } from 'zod'
import { clientSecretMatches } from '../authentication/secret-hash.ts'
import { findClient, findPool } from '../model/pools.ts'
import { readSession, refreshTokenState, sessionIdOf } from '../model/sessions.ts'
import { operation } from '../operation.ts'
import { clientId, clientSecret, jwt } from '../request-shapes.ts'
import { revokeSession, tellSessionEnded } from '../sign-in/end-session.ts'
import { parseJwt } from '../tokens/jwt.ts'
import { parseOpaque } from '../tokens/opaque.ts'

/**
 * Ends the sign-in that a refresh token belongs to, with every token it gave. Other sign-ins of the user
 * go on.
 *
 * Unverified: a token that nobody knows. It is as good as revoked (RFC 7009).
 *
 * @see user-pools §2.8
 */
export const revokeToken = operation({
  name: 'RevokeToken',
  access: 'public',
  request: z.object({ Token: jwt, ClientId: clientId, ClientSecret: clientSecret.optional() }),
  errors: [
    'UnauthorizedException',
    'UnsupportedOperationException',
    'UnsupportedTokenTypeException',
  ],
  async run(request, { environment, error }) {
    const token = parseOpaque('refresh-token', request.Token)
    const nowSeconds = environment.nowSeconds()
    const { value: ended } = await environment.store.transact((transaction) => {
      const client = findClient(transaction, request.ClientId)
      const pool = client && findPool(transaction, client.poolId)
      if (client === undefined || pool === undefined) throw error('UnauthorizedException', 'client')
      const { secret } = client
      const isProved =
        secret === undefined
          ? request.ClientSecret === undefined
          : clientSecretMatches(request.ClientSecret ?? '', [secret])
      if (!isProved) throw error('UnauthorizedException', 'client')
      if (client.settings.EnableTokenRevocation === false) {
        throw error('UnsupportedOperationException', 'revocation')
      }
      if (parseJwt(request.Token) !== undefined) {
        throw error('UnsupportedTokenTypeException', 'notRefresh')
      }
      const session = token && readSession(transaction, pool.id, sessionIdOf(token))
      if (token === undefined || session === undefined) return undefined
      if (refreshTokenState(session, token, nowSeconds) === 'foreign') return undefined
      if (session.clientId !== client.id) throw error('UnauthorizedException', 'client')
      return revokeSession(transaction, pool.id, session.id) ? { pool, session } : undefined
    })
    if (ended !== undefined) {
      const { pool, session } = ended
      await tellSessionEnded(environment, pool, { user: session, session })
    }
    return {}
  },
})
