/**
 * The user pools' part of seeding: a pool, its app client, its trigger.
 *
 * The pool remembers in a tag which definition it and its client have. So a setting that somebody chose
 * since (a stricter password policy) is left alone until the definition here changes.
 */
import type {
  CognitoIdentityProvider,
  UserPoolClientType,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'
import type { SeededUserPools, UserPoolsSeedOptions } from './seed.ts'
import { SeedError } from './seed-error.ts'
import {
  clientSettings,
  definitionOf,
  definitionTag,
  mergedSettings,
  type PoolSettings,
  poolIdentity,
  poolSettings,
} from './user-pool-definition.ts'

/**
 * Seeds the user pools.
 *
 * @param report is told of each thing made or changed
 * @throws SeedError
 */
export async function seedUserPools(
  options: UserPoolsSeedOptions,
  report: (change: string) => void,
): Promise<SeededUserPools> {
  const { region, poolName = 'movies', clientName = 'movies' } = options
  const { triggerArn = `arn:aws:lambda:${region}:000000000000:function:token-trigger` } = options
  const settings = poolSettings(triggerArn ?? undefined)
  const api = await connect(options)
  try {
    const found = await findPool(api, { poolId: options.poolId, poolName })
    const pool = found ?? (await makePool(api, poolName, settings))
    if (found === undefined) report(`made the user pool ${poolName}`)
    const userPoolId = known(pool.Id, 'a user pool without an id')
    const isCurrent = pool.UserPoolTags?.[definitionTag] === definitionOf(settings)
    const clientId = await seedClient(api, { userPoolId, clientName, isCurrent }, report)
    if (!isCurrent) {
      // Last, with the tag: a run that ended before it is done again.
      await api.updateUserPool({
        ...mergedSettings(pool, settings),
        UserPoolId: userPoolId,
        PoolName: pool.Name,
      })
      report(`updated the user pool ${poolName}`)
    }
    return { userPoolId, clientId, poolName: pool.Name ?? poolName, clientName }
  } catch (error) {
    if (error instanceof SeedError) throw error
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new SeedError(`Cannot seed the user pools: ${reason}`, { cause: error })
  } finally {
    api.destroy()
  }
}

/** The SDK takes a while to load, and `seed` may have nothing to do with it. */
async function connect({
  endpoint,
  region,
  credentials,
}: UserPoolsSeedOptions): Promise<CognitoIdentityProvider> {
  const sdk = await import('@aws-sdk/client-cognito-identity-provider')
  return new sdk.CognitoIdentityProvider({
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(credentials !== undefined && { credentials: { ...credentials } }),
  })
}

async function findPool(
  api: CognitoIdentityProvider,
  { poolId, poolName }: { readonly poolId: string | undefined; readonly poolName: string },
): Promise<UserPoolType | undefined> {
  const id = poolId ?? (await poolIdOf(api, poolName))
  if (id === undefined) return undefined
  const { UserPool } = await api.describeUserPool({ UserPoolId: id })
  const pool = known(UserPool, `no user pool ${id}`)
  if (!(pool.UsernameAttributes ?? []).includes('email')) {
    throw new SeedError(
      `The user pool ${id} does not let users sign in with an e-mail address, and that cannot be changed`,
    )
  }
  return pool
}

async function poolIdOf(
  api: CognitoIdentityProvider,
  poolName: string,
): Promise<string | undefined> {
  const found: string[] = []
  let next: string | undefined
  do {
    const page = await api.listUserPools({
      MaxResults: 60,
      ...(next !== undefined && { NextToken: next }),
    })
    for (const { Id, Name } of page.UserPools ?? []) {
      if (Name === poolName && Id !== undefined) found.push(Id)
    }
    next = page.NextToken
  } while (next !== undefined)
  if (found.length > 1) {
    throw new SeedError(
      `${found.length} user pools are named ${poolName}: say which one by its id (${found.join(', ')})`,
    )
  }
  return found[0]
}

async function makePool(
  api: CognitoIdentityProvider,
  poolName: string,
  settings: PoolSettings,
): Promise<UserPoolType> {
  const { UserPool } = await api.createUserPool({
    PoolName: poolName,
    ...poolIdentity,
    ...settings,
    UserPoolTags: { [definitionTag]: definitionOf(settings) },
  })
  return known(UserPool, 'no user pool made')
}

async function seedClient(
  api: CognitoIdentityProvider,
  {
    userPoolId,
    clientName,
    isCurrent,
  }: { readonly userPoolId: string; readonly clientName: string; readonly isCurrent: boolean },
  report: (change: string) => void,
): Promise<string> {
  const clientId = await clientIdOf(api, userPoolId, clientName)
  if (clientId === undefined) {
    const { UserPoolClient } = await api.createUserPoolClient({
      UserPoolId: userPoolId,
      ClientName: clientName,
      ...clientSettings,
    })
    report(`made the app client ${clientName}`)
    return known(UserPoolClient?.ClientId, 'an app client without an id')
  }
  if (isCurrent) return clientId
  const { UserPoolClient } = await api.describeUserPoolClient({
    UserPoolId: userPoolId,
    ClientId: clientId,
  })
  const current = known(UserPoolClient, `no app client ${clientId}`)
  if (current.ClientSecret !== undefined) {
    throw new SeedError(
      `The app client ${clientName} has a secret, which a browser cannot keep and which cannot be taken away`,
    )
  }
  await api.updateUserPoolClient(updateOf(current, userPoolId, clientId))
  report(`updated the app client ${clientName}`)
  return clientId
}

/** As for pools, what UpdateUserPoolClient is not told goes back to its default. */
function updateOf(current: UserPoolClientType, userPoolId: string, clientId: string) {
  const {
    CreationDate: _created,
    LastModifiedDate: _modified,
    ClientSecret: _secret,
    ...settings
  } = current
  const { GenerateSecret: _generate, ...ours } = clientSettings
  return { ...settings, ...ours, UserPoolId: userPoolId, ClientId: clientId }
}

async function clientIdOf(
  api: CognitoIdentityProvider,
  userPoolId: string,
  clientName: string,
): Promise<string | undefined> {
  let next: string | undefined
  do {
    const page = await api.listUserPoolClients({
      UserPoolId: userPoolId,
      MaxResults: 60,
      ...(next !== undefined && { NextToken: next }),
    })
    const found = page.UserPoolClients?.find(({ ClientName }) => ClientName === clientName)
    if (found !== undefined) return found.ClientId
    next = page.NextToken
  } while (next !== undefined)
  return undefined
}

function known<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new SeedError(`The user pools answered with ${otherwise}`)
  return value
}
