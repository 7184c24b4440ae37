/**
 * USER_SRP_AUTH and its challenge, PASSWORD_VERIFIER.
 *
 * Between the two steps the client carries the handshake in its secret block. A block is good once,
 * whatever was answered with it.
 *
 * @see user-pools §3.3 and §3.4
 */
import {
  beginHandshake,
  parseClientPublic,
  proofMatches,
  type SrpHandshake,
  serverSecretBytes,
} from '../authentication/srp.ts'
import { isTimely } from '../authentication/srp-timestamp.ts'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import type { User } from '../model/documents.ts'
import { fold, readUser } from '../model/names.ts'
import { type ClientOfPool, poolSecretOf } from '../model/pools.ts'
import {
  isSpent,
  type OpenTicket,
  openTicket,
  sealTicket,
  type TicketNotes,
  ticketEntropyBytes,
} from '../model/tickets.ts'
import { runPreAuthentication } from '../pool-triggers.ts'
import type { ChallengeResult } from '../triggers/custom-auth.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import {
  type Candidate,
  candidateOf,
  checkBeforeCredential,
  findCandidate,
  srpPartOf,
} from './candidate.ts'
import { openSession, sessionEnd } from './challenge-session.ts'
import { failedAttempt } from './failed-attempt.ts'
import {
  type AuthAnswer,
  enterChallenge,
  enterFlow,
  parameter,
  type SignInRequest,
} from './request.ts'

/** What a secret block says. */
export interface SrpNotes extends TicketNotes {
  readonly clientId: string
  /** `USER_ID_FOR_SRP`. */
  readonly username: string
  readonly typedName: string
  readonly challengedAtSeconds: number
  readonly handshake: SrpHandshake
  /** For PreAuthentication, which runs in the second step. */
  readonly validationData?: ClientMetadata | undefined
  /** What was answered before, in a custom sign-in, which has a session besides. */
  readonly history?: readonly ChallengeResult[] | undefined
  /** It ran in a step before, as in every sign-in that does not begin with SRP. */
  readonly ranPreAuthentication?: boolean | undefined
}

/**
 * The first step: answers `SRP_A` with `SRP_B`.
 *
 * @throws UserPoolError as `enterFlow` and `findCandidate`
 */
export async function beginSrp(
  environment: Environment,
  request: SignInRequest,
): Promise<AuthAnswer> {
  const nowSeconds = environment.nowSeconds()
  const required = ['USERNAME', 'SRP_A']
  const { parameters, clientMetadata: validationData } = request
  const { value } = await environment.store.transact(
    (transaction) => {
      const client = enterFlow(transaction, request, { flow: 'srp', required })
      const clientPublic = clientPublicOf(request)
      const username = parameter(parameters, 'USERNAME')
      return { clientPublic, candidate: findCandidate(transaction, client, username, nowSeconds) }
    },
    { intent: 'read' },
  )
  const { candidate, clientPublic } = value
  const hasTrigger = candidate.client.pool.settings.LambdaConfig?.PreAuthentication !== undefined
  return {
    ChallengeName: 'PASSWORD_VERIFIER',
    ChallengeParameters: challengeOf(environment, candidate, clientPublic, {
      ...(hasTrigger && { validationData }),
    }),
  }
}

/** `SRP_A`. @throws UserPoolError InvalidParameterException */
export function clientPublicOf({ parameters }: SignInRequest): string {
  const clientPublic = parseClientPublic(parameter(parameters, 'SRP_A'))
  if (clientPublic === undefined) throw refusal('InvalidParameterException', 'publicKey')
  return clientPublic
}

/**
 * The parameters of PASSWORD_VERIFIER. Costs a modular power.
 *
 * @param clientPublic from `clientPublicOf`
 * @param context what the second step must know of the sign-in
 */
export function challengeOf(
  environment: Environment,
  candidate: Candidate,
  clientPublic: string,
  context: Pick<SrpNotes, 'history' | 'ranPreAuthentication' | 'validationData'>,
): Readonly<Record<string, string>> {
  const { client } = candidate
  const { identity, verifier } = srpPartOf(candidate)
  const handshake = beginHandshake(verifier, clientPublic, environment.entropy(serverSecretBytes))
  if (handshake === undefined) throw new Error('B is zero: one handshake in 2^3072')
  const nowSeconds = environment.nowSeconds()
  const notes: SrpNotes = {
    clientId: client.client.id,
    username: identity.username,
    typedName: candidate.typedName,
    challengedAtSeconds: nowSeconds,
    expiresAtSeconds: sessionEnd(client.client, nowSeconds),
    handshake,
    ...context,
  }
  return {
    SALT: verifier.salt,
    SECRET_BLOCK: sealTicket('secret-block', notes, {
      poolSecret: poolSecretOf(client.secrets),
      entropy: environment.entropy(ticketEntropyBytes),
    }),
    SRP_B: handshake.serverPublic,
    USERNAME: identity.username,
    USER_ID_FOR_SRP: identity.username,
  }
}

const proofParameters = ['PASSWORD_CLAIM_SECRET_BLOCK', 'PASSWORD_CLAIM_SIGNATURE', 'TIMESTAMP']

/** Somebody who proved their password in the second step. */
export interface SrpProved {
  readonly candidate: Candidate
  readonly user: User
  readonly block: OpenTicket<SrpNotes>
  readonly request: SignInRequest
}

/**
 * The second step: judges the client's proof. The block is not spent yet if it is right.
 *
 * @throws UserPoolError NotAuthorizedException and as `checkState`, TriggerError
 */
export async function proveSrp(
  environment: Environment,
  request: SignInRequest,
): Promise<SrpProved> {
  const nowSeconds = environment.nowSeconds()
  const { parameters } = request
  const { value } = await environment.store.transact(
    (transaction) => {
      const client = enterChallenge(transaction, request, proofParameters)
      const block = openSecretBlock(client, request, nowSeconds)
      if (isSpent(transaction, client.pool.id, block.id)) {
        throw refusal('NotAuthorizedException', 'incorrect')
      }
      if (block.notes.history !== undefined) {
        openSession(client, request, { challenge: 'PASSWORD_VERIFIER', nowSeconds })
      }
      const { username, typedName } = block.notes
      const user = readUser(transaction, client.pool, username)
      return { block, candidate: candidateOf(transaction, client, { typedName, user, nowSeconds }) }
    },
    { intent: 'read' },
  )
  const { block, candidate } = value
  const { notes } = block
  const { pool, client } = candidate.client
  const { user } = candidate
  if (notes.ranPreAuthentication !== true) {
    const { typedName, validationData } = notes
    const subject = { pool, clientId: client.id, user, typedName }
    await runPreAuthentication(environment, subject, validationData)
  }
  checkBeforeCredential(candidate)
  const { identity, verifier } = srpPartOf(candidate)
  const timestamp = parameter(parameters, 'TIMESTAMP')
  const isProved = proofMatches(verifier, identity, notes.handshake, {
    secretBlock: parameter(parameters, 'PASSWORD_CLAIM_SECRET_BLOCK'),
    signature: parameter(parameters, 'PASSWORD_CLAIM_SIGNATURE'),
    timestamp,
  })
  if (!isProved || user?.verifier === undefined || !isTimely(timestamp, { ...notes, nowSeconds })) {
    throw await failedAttempt(environment, candidate, block)
  }
  return { candidate, user, block, request }
}

/** Whatever is wrong with a block is told as a wrong password is. */
function openSecretBlock(
  { client, pool, secrets }: ClientOfPool,
  { parameters }: SignInRequest,
  nowSeconds: number,
): OpenTicket<SrpNotes> {
  const text = parameter(parameters, 'PASSWORD_CLAIM_SECRET_BLOCK')
  const block = openTicket<SrpNotes>('secret-block', text, poolSecretOf(secrets))
  const named = fold(pool, parameter(parameters, 'USERNAME'))
  const isGood =
    block !== undefined &&
    block.notes.clientId === client.id &&
    nowSeconds <= block.notes.expiresAtSeconds &&
    [block.notes.username, block.notes.typedName].some((name) => fold(pool, name) === named)
  if (!isGood) throw refusal('NotAuthorizedException', 'incorrect')
  return block
}
