/**
 * The session of a challenge: what the client carries from one answer to the next.
 *
 * It is bound to pool, client, user and challenge, ends with the client's auth session, and is good once.
 *
 * @see user-pools §2.5
 */
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import type { AppClient } from '../model/documents.ts'
import { fold } from '../model/names.ts'
import { type ClientOfPool, poolSecretOf } from '../model/pools.ts'
import {
  isTicket,
  type OpenTicket,
  openTicket,
  sealTicket,
  type TicketNotes,
  ticketEntropyBytes,
} from '../model/tickets.ts'
import type { SignInRequest } from './request.ts'

const authSessionMinutesDefault = 3

/** When a challenge that is sent now ends. */
export function sessionEnd({ settings }: AppClient, nowSeconds: number): number {
  return nowSeconds + (settings.AuthSessionValidity ?? authSessionMinutesDefault) * 60
}

/** What every session says; challenges add to it. */
export interface ChallengeNotes extends TicketNotes {
  readonly challenge: string
  readonly clientId: string
  /** The canonical name. */
  readonly username: string
}

/** A new session of the challenge that `notes` name. */
export function sealSession<T extends object>(
  environment: Environment,
  { client, secrets }: ClientOfPool,
  notes: T & { readonly challenge: string; readonly username: string },
): string {
  const complete: T & ChallengeNotes = {
    ...notes,
    clientId: client.id,
    expiresAtSeconds: sessionEnd(client, environment.nowSeconds()),
  }
  return sealTicket('session', complete, {
    poolSecret: poolSecretOf(secrets),
    entropy: environment.entropy(ticketEntropyBytes),
  })
}

/**
 * The session of a challenge's answer.
 *
 * @param challenge the one that is answered
 * @throws UserPoolError NotAuthorizedException, CodeMismatchException if it has not even the form of one
 */
export function openSession<T extends ChallengeNotes>(
  { client, pool, secrets }: ClientOfPool,
  { session = '', parameters }: SignInRequest,
  { challenge, nowSeconds }: { readonly challenge: string; readonly nowSeconds: number },
): OpenTicket<T> {
  if (session === '') throw refusal('InvalidParameterException', 'missingParameter', 'Session')
  if (!isTicket('session', session)) throw refusal('CodeMismatchException', 'unreadableSession')
  const ticket = openTicket<T>('session', session, poolSecretOf(secrets))
  const isOurs =
    ticket !== undefined &&
    ticket.notes.clientId === client.id &&
    ticket.notes.challenge === challenge &&
    fold(pool, ticket.notes.username) === fold(pool, parameters.USERNAME ?? '')
  if (!isOurs) throw refusal('NotAuthorizedException', 'session')
  if (nowSeconds > ticket.notes.expiresAtSeconds) {
    throw refusal('NotAuthorizedException', 'sessionExpired')
  }
  return ticket
}
