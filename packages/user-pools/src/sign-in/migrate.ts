/** Taking over users of another directory. @see user-pools §5.3 */
import type { Environment } from '../environment.ts'
import { refusal, UserPoolError } from '../errors.ts'
import { normalized, settled } from '../model/attribute-changes.ts'
import type { User } from '../model/documents.ts'
import {
  canonicalNames,
  checkNewUsername,
  checkUnused,
  findUser,
  isUsername,
  saveUser,
} from '../model/names.ts'
import { newVerifier } from '../model/passwords.ts'
import { type ClientOfPool, hidesUsers, readClient } from '../model/pools.ts'
import { checkAttributes } from '../model/schema.ts'
import type { ClientMetadata } from '../triggers/event.ts'
import { TriggerError } from '../triggers/trigger-error.ts'
import {
  checkUserMigration,
  type MigratedUser,
  type UserMigrationSource,
  userMigrationEvent,
} from '../triggers/user-migration.ts'

/** A name that nobody has, and what its owner says. */
export interface MigrationRequest {
  readonly source: UserMigrationSource
  readonly typedName: string
  readonly password?: string | undefined
  readonly validationData?: ClientMetadata | undefined
  readonly clientMetadata?: ClientMetadata | undefined
}

/**
 * Asks the pool's UserMigration trigger for a user, and keeps who it knows. The policy for passwords is
 * not asked: what was good there is good here until it is changed.
 *
 * No message is sent: the user is there, and knows it.
 *
 * @returns false if there is no such trigger, or it knows nobody
 * @throws UserPoolError UserNotFoundException if it fails; where the client hides users, false
 */
export async function migrateUser(
  environment: Environment,
  client: ClientOfPool,
  request: MigrationRequest,
): Promise<boolean> {
  const functionArn = client.pool.settings.LambdaConfig?.UserMigration
  if (functionArn === undefined || !isUsername(request.typedName)) return false
  const context = {
    region: environment.region,
    userPoolId: client.pool.id,
    username: request.typedName,
    clientId: client.client.id,
  }
  const event = userMigrationEvent(request.source, context, request)
  try {
    const found = checkUserMigration(await environment.triggers.invoke(functionArn, event))
    if (found === undefined) return false
    await keep(environment, client, request, found)
    return true
  } catch (error) {
    if (!(error instanceof TriggerError || error instanceof UserPoolError)) throw error
    if (hidesUsers(client.client)) return false
    throw refusal('UserNotFoundException', 'migration', client.client.id)
  }
}

async function keep(
  environment: Environment,
  { client, pool }: ClientOfPool,
  { typedName, password }: MigrationRequest,
  { username: name = typedName, attributes: given, status, takesAliases }: MigratedUser,
): Promise<void> {
  const sub = environment.uuid()
  checkNewUsername(pool, name)
  const { username, attributes } = canonicalNames(pool, { username: name, sub }, given)
  checkAttributes(pool.schema, attributes, { isCreation: true })
  const nowMs = environment.nowMs()
  const user: User = {
    username,
    sub,
    status,
    isEnabled: true,
    attributes: settled(normalized(attributes)),
    ...(password !== undefined && {
      verifier: newVerifier(environment, pool, { username, password }),
    }),
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    generation: 0,
  }
  await environment.store.transact(
    (transaction) => {
      readClient(transaction, client.id, pool.id)
      // Another request of theirs was faster.
      if (findUser(transaction, pool, typedName) !== undefined) return
      checkUnused(transaction, pool, user)
      saveUser(transaction, pool, { after: user, takesAliases })
    },
    { intent: 'write' },
  )
}
