import { z } from 'zod'
import { describePool } from '../descriptions/pool.ts'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import type { UserPool } from '../model/documents.ts'
import { createPoolId, identifierEntropyBytes, isPoolId } from '../model/identifiers.ts'
import { checkPoolSettings } from '../model/pool-settings.ts'
import { createPool } from '../model/pools.ts'
import { createSchema } from '../model/schema.ts'
import { operation } from '../operation.ts'
import { displayName, poolSettings, schemaAttribute } from '../request-shapes.ts'
import { createSigningKeys } from '../tokens/signing-key.ts'

/** A tag under which a caller may choose the id of a new pool, so that it is the same everywhere. */
const chosenIdTag = '_custom_id_'
const poolSecretBytes = 32

/**
 * Makes a user pool, with keys of its own.
 *
 * @see user-pools §2.11
 */
export const createUserPool = operation({
  name: 'CreateUserPool',
  access: 'admin',
  request: poolSettings.extend({
    PoolName: displayName,
    UsernameAttributes: z.array(z.enum(['phone_number', 'email'])).optional(),
    AliasAttributes: z.array(z.enum(['phone_number', 'email', 'preferred_username'])).optional(),
    Schema: z.array(schemaAttribute).min(1).max(50).optional(),
    UsernameConfiguration: z.object({ CaseSensitive: z.boolean() }).optional(),
  }),
  errors: ['LimitExceededException'],
  async run(
    { PoolName, UsernameAttributes, AliasAttributes, Schema, UsernameConfiguration, ...settings },
    { environment, error },
  ) {
    checkPoolSettings(settings)
    if ((UsernameAttributes ?? []).length > 0 && (AliasAttributes ?? []).length > 0) {
      throw error(
        'InvalidParameterException',
        'other',
        'Only one of the aliasAttributes or usernameAttributes can be set in a user pool.',
      )
    }
    const nowMs = environment.nowMs()
    const pool: UserPool = {
      id: idOf(environment, settings.UserPoolTags?.[chosenIdTag]),
      name: PoolName,
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
      settings,
      usernameAttributes: UsernameAttributes ?? [],
      aliasAttributes: AliasAttributes ?? [],
      caseSensitive: UsernameConfiguration?.CaseSensitive,
      schema: createSchema(Schema ?? []),
    }
    const secrets = {
      signingKeys: await createSigningKeys(),
      secret: Buffer.from(environment.entropy(poolSecretBytes)).toString('base64'),
    }
    await environment.store.transact((transaction) => createPool(transaction, pool, secrets), {
      intent: 'write',
    })
    return { UserPool: describePool(pool, environment.region, 0) }
  },
})

function idOf({ region, entropy }: Environment, chosen: string | undefined): string {
  if (chosen === undefined) return createPoolId(region, entropy(identifierEntropyBytes))
  if (isPoolId(region, chosen)) return chosen
  throw refusal(
    'InvalidParameterException',
    'other',
    `The pool id in the tag ${chosenIdTag} must be ${region}_ and 1 to 30 letters and digits.`,
  )
}
