import { z } from 'zod'
import { describeUser } from '../descriptions/user.ts'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import { sendInvitation } from '../invitation.ts'
import { type Administered, readAdministered } from '../model/administered.ts'
import { normalized, settled } from '../model/attribute-changes.ts'
import type { User, UserPool } from '../model/documents.ts'
import { canonicalNames, checkNewUsername, checkUnused, saveUser } from '../model/names.ts'
import { readPool } from '../model/pools.ts'
import { checkAttributes } from '../model/schema.ts'
import { temporaryPasswordFor } from '../model/temporary-passwords.ts'
import { withPassword, writeUser } from '../model/users.ts'
import { operation } from '../operation.ts'
import { runPreSignUp } from '../pool-triggers.ts'
import { attributes, attributesByName, password, stringMap, userOfPool } from '../request-shapes.ts'
import { isPasswordless } from '../sign-in/first-factors.ts'
import { lambdaErrors } from './lambda-errors.ts'

const request = userOfPool.extend({
  UserAttributes: attributes.optional(),
  ValidationData: attributes.optional(),
  TemporaryPassword: password.optional(),
  ForceAliasCreation: z.boolean().optional(),
  MessageAction: z.enum(['RESEND', 'SUPPRESS']).optional(),
  DesiredDeliveryMediums: z.array(z.enum(['SMS', 'EMAIL'])).optional(),
  ClientMetadata: stringMap.optional(),
})

type Request = z.output<typeof request>

/** A user with the temporary password that an invitation tells; undefined: they need none. */
interface Invited extends Administered {
  readonly password: string | undefined
}

/**
 * Makes a user with a temporary password and invites them, or invites one again. Where codes are enough
 * to sign in, a user for whom no password is chosen has none.
 *
 * @see user-pools §2.9
 */
export const adminCreateUser = operation({
  name: 'AdminCreateUser',
  access: 'admin',
  request,
  errors: [
    ...lambdaErrors,
    'AliasExistsException',
    'CodeDeliveryFailureException',
    'InvalidPasswordException',
    'UnsupportedUserStateException',
    'UserNotFoundException',
    'UsernameExistsException',
  ],
  async run(asked, { environment }) {
    const invited =
      asked.MessageAction === 'RESEND'
        ? await renewPassword(environment, asked)
        : await createUser(environment, asked)
    // Unverified: what the service sends to somebody without a password. We send nothing.
    if (asked.MessageAction !== 'SUPPRESS' && invited.password !== undefined) {
      await sendInvitation(environment, invited, {
        password: invited.password,
        mediums: asked.DesiredDeliveryMediums ?? ['SMS'],
        clientMetadata: asked.ClientMetadata,
      })
    }
    return { User: describeUser(invited.user) }
  },
})

async function createUser(environment: Environment, asked: Request): Promise<Invited> {
  const { value: pool } = await environment.store.transact(
    (transaction) => readPool(transaction, asked.UserPoolId),
    { intent: 'read' },
  )
  checkNewUsername(pool, asked.Username)
  const sub = environment.uuid()
  const given = normalized(attributesByName(asked.UserAttributes))
  const names = canonicalNames(pool, { username: asked.Username, sub }, given)
  checkAttributes(pool.schema, names.attributes, { isCreation: true })
  const needsNone = isPasswordless(pool) && asked.TemporaryPassword === undefined
  const { password: temporary, ...credential } = needsNone
    ? { password: undefined }
    : temporaryPasswordFor(environment, pool, {
        username: names.username,
        chosen: asked.TemporaryPassword,
      })
  const nowMs = environment.nowMs()
  const user: User = {
    username: names.username,
    sub,
    status: needsNone ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD',
    isEnabled: true,
    attributes: settled(names.attributes),
    ...credential,
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    generation: 0,
  }
  await checkNames(environment, pool, user)
  // Its answer decides nothing here; its refusal does.
  await runPreSignUp(environment, 'PreSignUp_AdminCreateUser', {
    pool,
    clientId: undefined,
    username: user.username,
    attributes: user.attributes,
    validationData: asked.ValidationData && attributesByName(asked.ValidationData),
    clientMetadata: asked.ClientMetadata,
  })
  await environment.store.transact(
    (transaction) => {
      const current = readPool(transaction, pool.id)
      checkUnused(transaction, current, user, 'admin')
      saveUser(transaction, current, { after: user, takesAliases: asked.ForceAliasCreation })
    },
    { intent: 'write' },
  )
  return { pool, user, password: temporary }
}

/** Looked at before the trigger runs, and once more in the transaction that writes. */
async function checkNames(environment: Environment, pool: UserPool, user: User): Promise<void> {
  await environment.store.transact((transaction) => checkUnused(transaction, pool, user, 'admin'), {
    intent: 'read',
  })
}

async function renewPassword(environment: Environment, asked: Request): Promise<Invited> {
  const { value: found } = await environment.store.transact(
    (transaction) => readAdministered(transaction, asked),
    { intent: 'read' },
  )
  checkInvited(found.user)
  const temporary = temporaryPasswordFor(environment, found.pool, {
    username: found.user.username,
    chosen: asked.TemporaryPassword,
  })
  const nowMs = environment.nowMs()
  const { value: renewed } = await environment.store.transact(
    (transaction) => {
      const { pool, user } = readAdministered(transaction, asked)
      checkInvited(user)
      if (user.sub !== found.user.sub) throw refusal('UserNotFoundException', 'unknown')
      const after: User = {
        ...withPassword(user, temporary.verifier, { nowMs, historySize: 0 }),
        temporaryUntilSeconds: temporary.temporaryUntilSeconds,
      }
      writeUser(transaction, pool, after)
      return { pool, user: after }
    },
    { intent: 'write' },
  )
  return { ...renewed, password: temporary.password }
}

function checkInvited(user: User): void {
  if (user.status !== 'FORCE_CHANGE_PASSWORD') {
    throw refusal('UnsupportedUserStateException', 'resend')
  }
}
