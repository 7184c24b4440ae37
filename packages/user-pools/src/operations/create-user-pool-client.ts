import { z } from 'zod'
import { describeClient } from '../descriptions/client.ts'
import { createClient } from '../model/clients.ts'
import type { AppClient } from '../model/documents.ts'
import { createClientId, createClientSecret, identifierEntropyBytes } from '../model/identifiers.ts'
import { checkClientSettings } from '../model/pool-settings.ts'
import { readPool } from '../model/pools.ts'
import { operation } from '../operation.ts'
import { chosenClientSecret, clientSettings, displayName, poolId } from '../request-shapes.ts'

/**
 * Makes an app client, with a secret if that is asked for.
 *
 * @see user-pools §2.12
 */
export const createUserPoolClient = operation({
  name: 'CreateUserPoolClient',
  access: 'admin',
  request: clientSettings.extend({
    UserPoolId: poolId,
    ClientName: displayName,
    GenerateSecret: z.boolean().optional(),
    ClientSecret: chosenClientSecret.optional(),
  }),
  errors: ['LimitExceededException'],
  async run(
    { UserPoolId, ClientName, GenerateSecret = false, ClientSecret, ...settings },
    { environment, error },
  ) {
    if (GenerateSecret && ClientSecret !== undefined) {
      // Unverified: what the service says to both. One of them would be ignored.
      throw error(
        'InvalidParameterException',
        'other',
        'GenerateSecret and ClientSecret cannot be given together.',
      )
    }
    const nowMs = environment.nowMs()
    const id = createClientId(environment.entropy(identifierEntropyBytes))
    const drawn = createClientSecret(environment.entropy(identifierEntropyBytes))
    const client: AppClient = {
      id,
      poolId: UserPoolId,
      name: ClientName,
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
      secret: GenerateSecret ? drawn : ClientSecret,
      settings,
    }
    await environment.store.transact(
      (transaction) => {
        checkClientSettings(readPool(transaction, UserPoolId), settings)
        createClient(transaction, client)
      },
      { intent: 'write' },
    )
    return { UserPoolClient: describeClient(client) }
  },
})
