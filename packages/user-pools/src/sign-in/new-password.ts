/**
 * NEW_PASSWORD_REQUIRED: a user with a temporary password chooses their own.
 *
 * @see user-pools §2.5
 */
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import { settled } from '../model/attribute-changes.ts'
import { checkWritable, readableAttributes } from '../model/attributes.ts'
import type { User, UserPool } from '../model/documents.ts'
import { readUser } from '../model/names.ts'
import { checkPasswordPolicy, historySizeOf, isRepeated, newVerifier } from '../model/passwords.ts'
import { checkAttributes } from '../model/schema.ts'
import { isSpent } from '../model/tickets.ts'
import { withPassword } from '../model/users.ts'
import { type Candidate, candidateOf, checkState } from './candidate.ts'
import { type ChallengeNotes, openSession, sealSession } from './challenge-session.ts'
import { completeSignIn } from './complete.ts'
import {
  type AuthAnswer,
  enterChallenge,
  type Parameters,
  parameter,
  type SignInRequest,
} from './request.ts'

interface NewPasswordNotes extends ChallengeNotes {
  readonly sub: string
  /** Of the temporary password that was proved: another one ends the session. */
  readonly salt: string
}

const challenge = 'NEW_PASSWORD_REQUIRED'
const attributePrefix = 'userAttributes.'

/** The challenge. */
export function newPasswordChallenge(
  environment: Environment,
  { client: { client, pool, ...rest } }: Candidate,
  user: User,
): AuthAnswer {
  const { sub: _, ...attributes } = readableAttributes(client, user)
  return {
    ChallengeName: challenge,
    Session: sealSession(
      environment,
      { client, pool, ...rest },
      {
        challenge,
        username: user.username,
        sub: user.sub,
        salt: user.verifier?.salt ?? '',
      },
    ),
    ChallengeParameters: {
      USER_ID_FOR_SRP: user.username,
      requiredAttributes: JSON.stringify(
        missingAttributes(pool, user.attributes).map((name) => `${attributePrefix}${name}`),
      ),
      userAttributes: JSON.stringify(attributes),
    },
  }
}

/** Attributes that the pool requires and that an administrator left to the user. */
function missingAttributes(
  pool: UserPool,
  attributes: Readonly<Record<string, string>>,
): readonly string[] {
  return pool.schema
    .filter(({ Name, Required }) => Required && Name !== 'sub' && (attributes[Name] ?? '') === '')
    .map(({ Name }) => Name)
}

/**
 * Takes the new password and the attributes that were missing, and signs the user in.
 *
 * @throws UserPoolError as `openSession`, InvalidPasswordException, InvalidParameterException,
 * PasswordHistoryPolicyViolationException, AliasExistsException; TriggerError
 */
export async function answerNewPassword(
  environment: Environment,
  request: SignInRequest,
): Promise<AuthAnswer> {
  const nowSeconds = environment.nowSeconds()
  const { value } = await environment.store.transact(
    (transaction) => {
      const client = enterChallenge(transaction, request, ['NEW_PASSWORD'])
      const ticket = openSession<NewPasswordNotes>(client, request, { challenge, nowSeconds })
      if (isSpent(transaction, client.pool.id, ticket.id)) {
        throw refusal('NotAuthorizedException', 'sessionUsed')
      }
      const user = readUser(transaction, client.pool, ticket.notes.username)
      if (user?.sub !== ticket.notes.sub || user.verifier?.salt !== ticket.notes.salt) {
        throw refusal('NotAuthorizedException', 'session')
      }
      const typedName = user.username
      const candidate = candidateOf(transaction, client, { typedName, user, nowSeconds })
      return { candidate, ticket, user }
    },
    { intent: 'read' },
  )
  const { candidate, ticket, user } = value
  const { pool } = candidate.client
  checkState(user)
  // A permanent password was set meanwhile, and this one with it.
  if (user.status !== 'FORCE_CHANGE_PASSWORD') throw refusal('NotAuthorizedException', 'session')
  const added = addedAttributes(candidate, user, request.parameters)
  const password = parameter(request.parameters, 'NEW_PASSWORD')
  checkPasswordPolicy(pool, password)
  if (isRepeated(pool, user, password)) {
    throw refusal('PasswordHistoryPolicyViolationException', 'repeated')
  }
  const verifier = newVerifier(environment, pool, { username: user.username, password })
  const nowMs = environment.nowMs()
  return completeSignIn(environment, {
    candidate,
    user,
    ticket,
    source: 'TokenGeneration_NewPasswordChallenge',
    clientMetadata: request.clientMetadata,
    change: (current) => ({
      ...withPassword(current, verifier, { nowMs, historySize: historySizeOf(pool) }),
      status: 'CONFIRMED',
      attributes: settled({ ...current.attributes, ...added }),
    }),
  })
}

function addedAttributes(
  { client: { client, pool } }: Candidate,
  user: User,
  parameters: Parameters,
): Readonly<Record<string, string>> {
  const added = Object.fromEntries(
    Object.entries(parameters)
      .filter(([key]) => key.startsWith(attributePrefix))
      .map(([key, value]) => [key.slice(attributePrefix.length), value]),
  )
  const names = Object.keys(added)
  const known = names.find((name) => (user.attributes[name] ?? '') !== '')
  if (known !== undefined) throw refusal('NotAuthorizedException', 'alreadyProvided', known)
  checkWritable(client, names)
  checkAttributes(pool.schema, added, { isCreation: true })
  const [missing] = missingAttributes(pool, { ...user.attributes, ...added })
  if (missing !== undefined) {
    throw refusal('InvalidParameterException', 'missingAttribute', missing)
  }
  return added
}
