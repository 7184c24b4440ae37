import { z } from 'zod'
import { clientSecretMatches } from '../authentication/secret-hash.ts'
import { readClient } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { clientId, clientSecret, deviceKey, jwt, stringMap } from '../request-shapes.ts'
import { refreshTokens } from '../sign-in/refresh.ts'
import { lambdaErrors } from './lambda-errors.ts'

/**
 * Trades a refresh token for new tokens; where the client rotates them, for a new refresh token too.
 *
 * @see user-pools §2.6
 */
export const getTokensFromRefreshToken = operation({
  name: 'GetTokensFromRefreshToken',
  access: 'public',
  request: z.object({
    RefreshToken: jwt,
    ClientId: clientId,
    ClientSecret: clientSecret.optional(),
    DeviceKey: deviceKey.optional(),
    ClientMetadata: stringMap.optional(),
  }),
  errors: [...lambdaErrors, 'RefreshTokenReuseException', 'UserNotFoundException'],
  async run(request, { environment, error }) {
    const { ClientSecret } = request
    const result = await refreshTokens(environment, {
      refreshToken: request.RefreshToken,
      clientMetadata: request.ClientMetadata,
      enter(transaction) {
        const found = readClient(transaction, request.ClientId)
        const { id, secret } = found.client
        if (secret === undefined) {
          if (ClientSecret === undefined) return found
          throw error('NotAuthorizedException', 'secretUnexpected', id)
        }
        if (ClientSecret === undefined) throw error('NotAuthorizedException', 'secretMissing', id)
        if (clientSecretMatches(ClientSecret, [secret])) return found
        throw error('NotAuthorizedException', 'hashWrong', id)
      },
      // The secret itself was shown.
      prove() {},
      reused: () => error('RefreshTokenReuseException', 'reused'),
    })
    return { AuthenticationResult: result }
  },
})
