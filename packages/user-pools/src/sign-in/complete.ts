/**
 * The end of every sign-in: the triggers, the tokens, and one commit.
 *
 * The triggers run and the tokens are signed before anything is kept, so that a trigger that fails costs
 * nobody anything. The commit then finds out whether what was proved still holds: a user who was disabled,
 * signed out or given another password meanwhile gets no tokens, and an answer that was given twice gets
 * them once.
 *
 * @see user-pools §2.4 and §5.4
 */
import type { Transaction } from '@vivarium/store'
import type { Environment } from '../environment.ts'
import { refusal, UserPoolError } from '../errors.ts'
import { clearFailures, isLocked } from '../model/attempts.ts'
import type { User } from '../model/documents.ts'
import { readUser, saveUser } from '../model/names.ts'
import { hasSamePassword } from '../model/passwords.ts'
import { readClient } from '../model/pools.ts'
import {
  createRefreshToken,
  newSession,
  refreshTokenEntropyBytes,
  writeSession,
} from '../model/sessions.ts'
import { type OpenTicket, spendTicket, type TicketNotes } from '../model/tickets.ts'
import { runPostAuthentication } from '../pool-triggers.ts'
import { tokenLifetimes } from '../tokens/lifetimes.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import type { PreTokenGenerationSource } from '../triggers/pre-token-generation.ts'
import type { Candidate } from './candidate.ts'
import { tellSessionEnded } from './end-session.ts'
import { type AuthAnswer, signedIn } from './request.ts'
import { makeTokens } from './tokens.ts'

/** A candidate who proved everything that was asked. */
export interface Proven {
  readonly candidate: Candidate
  readonly user: User
  /** What was answered last; it is good once. */
  readonly ticket?: OpenTicket<TicketNotes> | undefined
  /** What the sign-in itself changes of the user. */
  readonly change?: ((current: User) => User) | undefined
  readonly source?: PreTokenGenerationSource | undefined
  readonly clientMetadata?: ClientMetadata | undefined
}

/**
 * Signs a user in.
 *
 * @throws TriggerError, UserPoolError NotAuthorizedException, AliasExistsException
 */
export async function completeSignIn(
  environment: Environment,
  proven: Proven,
): Promise<AuthAnswer> {
  const { candidate, change = (current: User) => current, clientMetadata } = proven
  const { client, pool } = candidate.client
  const user = change(proven.user)
  const subject = { pool, clientId: client.id, user }
  await runPostAuthentication(environment, subject, clientMetadata)

  const sessionId = environment.uuid()
  const nowSeconds = environment.nowSeconds()
  const tokens = await makeTokens(environment, candidate.client, {
    user,
    groups: candidate.groups,
    sessionId,
    authTimeSeconds: nowSeconds,
    source: proven.source ?? 'TokenGeneration_Authentication',
    clientMetadata,
  })

  const refreshToken = createRefreshToken(sessionId, environment.entropy(refreshTokenEntropyBytes))
  const { value: refused } = await environment.store.transact(
    (transaction) => {
      const current = stillProven(transaction, proven, nowSeconds)
      if (current instanceof UserPoolError) return current
      clearFailures(transaction, pool.id, candidate.attemptsSubject)
      if (proven.change !== undefined) {
        saveUser(transaction, pool, { before: current, after: change(current) })
      }
      const session = newSession(current, {
        id: sessionId,
        clientId: client.id,
        nowSeconds,
        refreshSeconds: tokenLifetimes(client.settings).refreshSeconds,
        refreshTokenHash: refreshToken.hash,
      })
      writeSession(transaction, pool.id, session)
      return undefined
    },
    { intent: 'write' },
  )
  if (refused !== undefined) {
    // A trigger may have given something on the strength of a sign-in that now never was.
    await tellSessionEnded(environment, pool, { user, session: { id: sessionId } })
    throw refused
  }
  return signedIn({ ...tokens, RefreshToken: refreshToken.text })
}

/**
 * The user as they are now, if what was proved still holds: what was answered is spent, the password is
 * the one that was proved, and no lock began meanwhile.
 */
export function stillProven(
  transaction: Transaction,
  { candidate, user, ticket }: Proven,
  nowSeconds: number,
): User | UserPoolError {
  const { client, pool } = candidate.client
  // A client that was deleted meanwhile takes its sign-ins with it.
  readClient(transaction, client.id, pool.id)
  const current = readUser(transaction, pool, user.username)
  const isUnchanged =
    current !== undefined &&
    current.sub === user.sub &&
    current.isEnabled &&
    current.status === user.status &&
    current.generation === user.generation &&
    hasSamePassword(current, user)
  if (!isUnchanged) return refusal('NotAuthorizedException', 'incorrect')
  if (isLocked(transaction, pool.id, candidate.attemptsSubject, nowSeconds)) {
    return refusal('NotAuthorizedException', 'locked')
  }
  if (ticket !== undefined && !spendTicket(transaction, pool.id, ticket)) {
    return refusal('NotAuthorizedException', 'sessionUsed')
  }
  return current
}
