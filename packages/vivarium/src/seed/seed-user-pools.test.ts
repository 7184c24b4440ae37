import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { listen } from '@vivarium/http'
import { openMemoryStore } from '@vivarium/store'
import { bodyBytesMax, createMailbox, createUserPools, faults } from '@vivarium/user-pools'
import { describe, expect, test } from 'vitest'
import { type SeedReport, seed, type UserPoolsSeedOptions } from './seed.ts'

const region = 'us-east-1'
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
const triggerArn = 'arn:aws:lambda:us-east-1:000000000000:function:token-trigger'

/** User pools without a pool, and the SDK to look at them. */
async function emptyUserPools() {
  const store = openMemoryStore()
  const pools = createUserPools({
    store,
    region,
    issuerOf: (poolId) => `http://issuer.example/${poolId}`,
    credentials: [credentials],
    invoke: async () => ({ kind: 'unreachable', errorName: 'ResourceNotFoundException' }),
    messenger: createMailbox(),
  })
  const limits = { bodyBytesMax, faults }
  const listener = await listen(pools.handler, { host: '127.0.0.1', port: 0, ...limits })
  const api = new CognitoIdentityProvider({ endpoint: listener.url, region, credentials })
  return {
    api,
    endpoint: listener.url,
    seed: (options: Partial<UserPoolsSeedOptions> = {}): Promise<SeedReport> =>
      seed({ userPools: { endpoint: listener.url, region, credentials, ...options } }),
    async [Symbol.asyncDispose]() {
      api.destroy()
      await listener.close({ drainMs: 0 })
      await pools.close()
      await store.close()
    },
  }
}

const made = ['made the user pool movies', 'made the app client movies']

const idsIn = ({ userPools }: SeedReport) => ({
  UserPoolId: userPools?.userPoolId ?? '',
  ClientId: userPools?.clientId ?? '',
})

async function poolOf(api: CognitoIdentityProvider, report: SeedReport) {
  const { UserPoolId } = idsIn(report)
  const { UserPool } = await api.describeUserPool({ UserPoolId })
  return UserPool
}

describe('seeding', () => {
  test('makes a pool, an app client and its trigger', async () => {
    await using pools = await emptyUserPools()
    const report = await pools.seed()
    expect(report).toMatchObject({ dataApi: undefined, changes: made })
    expect(report.userPools?.userPoolId).toMatch(/^us-east-1_\w{9}$/)
    expect(await poolOf(pools.api, report)).toMatchObject({
      Name: 'movies',
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      AutoVerifiedAttributes: ['email'],
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      Policies: {
        PasswordPolicy: {
          MinimumLength: 8,
          RequireLowercase: true,
          RequireUppercase: true,
          RequireNumbers: true,
          RequireSymbols: false,
        },
      },
      LambdaConfig: { PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: triggerArn } },
    })
    const { UserPoolClient } = await pools.api.describeUserPoolClient(idsIn(report))
    expect(UserPoolClient).toMatchObject({
      ClientName: 'movies',
      ExplicitAuthFlows: [
        'ALLOW_USER_SRP_AUTH',
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
      ],
      EnableTokenRevocation: true,
      PreventUserExistenceErrors: 'ENABLED',
    })
    expect(UserPoolClient).not.toHaveProperty('ClientSecret')
  })

  test('changes nothing the second time', async () => {
    await using pools = await emptyUserPools()
    const first = await pools.seed()
    const before = await poolOf(pools.api, first)
    expect(await pools.seed()).toEqual({ ...first, changes: [] })
    expect(await poolOf(pools.api, first)).toEqual(before)
  })

  test('completes a run that ended before the app client', async () => {
    await using pools = await emptyUserPools()
    const first = await pools.seed()
    await pools.api.deleteUserPoolClient(idsIn(first))
    const second = await pools.seed()
    expect(second.changes).toEqual(['made the app client movies'])
    expect(second.userPools?.userPoolId).toBe(first.userPools?.userPoolId)
  })

  test('finds an app client among more than a page of them, wherever it is', async () => {
    await using pools = await emptyUserPools()
    const { UserPoolId } = idsIn(await pools.seed())
    const names = Array.from({ length: 61 }, (_, count) => `client ${count}`)
    for (const ClientName of names) await pools.api.createUserPoolClient({ UserPoolId, ClientName })
    for (const clientName of ['movies', ...names]) {
      expect((await pools.seed({ clientName })).changes).toEqual([])
    }
  })

  test('takes other names, and functions elsewhere', async () => {
    await using pools = await emptyUserPools()
    const elsewhere = 'arn:aws:lambda:eu-west-1:123456789012:function:tokens:live'
    const report = await pools.seed({
      poolName: 'people',
      clientName: 'web',
      triggerArn: elsewhere,
    })
    expect(report.changes).toEqual(['made the user pool people', 'made the app client web'])
    expect((await poolOf(pools.api, report))?.LambdaConfig).toEqual({
      PreTokenGeneration: undefined,
      PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: elsewhere },
    })
  })
})

describe('a pool that is there', () => {
  test('is updated when the definition changes, and keeps the rest of its settings', async () => {
    await using pools = await emptyUserPools()
    const first = await pools.seed()
    const { UserPoolId } = idsIn(first)
    const before = await poolOf(pools.api, first)
    await pools.api.updateUserPool({
      UserPoolId,
      PoolName: 'movies',
      LambdaConfig: { PreSignUp: triggerArn, ...before?.LambdaConfig },
      AutoVerifiedAttributes: ['email'],
      EmailVerificationSubject: 'Our own subject',
      UserPoolTags: { ...before?.UserPoolTags, team: 'movies' },
    })
    const other = `${triggerArn}-2`
    const second = await pools.seed({ triggerArn: other })
    expect(second.changes).toEqual([
      'updated the app client movies',
      'updated the user pool movies',
    ])
    expect(second.userPools).toEqual(first.userPools)
    expect(await poolOf(pools.api, second)).toMatchObject({
      LambdaConfig: {
        PreSignUp: triggerArn,
        PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: other },
      },
      EmailVerificationSubject: 'Our own subject',
      UserPoolTags: { team: 'movies' },
    })
    expect((await pools.seed({ triggerArn: other })).changes).toEqual([])
  })

  test('keeps what somebody chose since', async () => {
    await using pools = await emptyUserPools()
    const first = await pools.seed()
    const { UserPoolId } = idsIn(first)
    const before = await poolOf(pools.api, first)
    await pools.api.updateUserPool({
      UserPoolId,
      PoolName: 'movies',
      LambdaConfig: before?.LambdaConfig,
      AutoVerifiedAttributes: ['email'],
      Policies: { PasswordPolicy: { MinimumLength: 16 } },
      UserPoolTags: before?.UserPoolTags,
    })
    expect((await pools.seed()).changes).toEqual([])
    const after = await poolOf(pools.api, first)
    expect(after?.Policies?.PasswordPolicy?.MinimumLength).toBe(16)
  })

  test('made by somebody else is taken over by its id', async () => {
    await using pools = await emptyUserPools()
    const { UserPool } = await pools.api.createUserPool({
      PoolName: 'people',
      UsernameAttributes: ['email'],
    })
    const poolId = UserPool?.Id ?? ''
    const report = await pools.seed({ poolId })
    expect(report.userPools?.userPoolId).toBe(poolId)
    expect(report.changes).toEqual(['made the app client movies', 'updated the user pool movies'])
    expect((await poolOf(pools.api, report))?.Name).toBe('people')
    expect((await pools.seed({ poolId })).changes).toEqual([])
  })

  test('whose trigger is set the old way gets both settings alike', async () => {
    await using pools = await emptyUserPools()
    const { UserPool } = await pools.api.createUserPool({
      PoolName: 'movies',
      UsernameAttributes: ['email'],
      LambdaConfig: { PreTokenGeneration: `${triggerArn}-old` },
    })
    const report = await pools.seed()
    expect(report.userPools?.userPoolId).toBe(UserPool?.Id)
    expect((await poolOf(pools.api, report))?.LambdaConfig).toEqual({
      PreTokenGeneration: triggerArn,
      PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: triggerArn },
    })
  })

  test('without addresses as names is refused', async () => {
    await using pools = await emptyUserPools()
    const { UserPool } = await pools.api.createUserPool({ PoolName: 'movies' })
    await expect(pools.seed()).rejects.toThrow(
      `The user pool ${UserPool?.Id} does not let users sign in with an e-mail address`,
    )
  })

  test('of a name that two have is asked for by its id', async () => {
    await using pools = await emptyUserPools()
    await pools.api.createUserPool({ PoolName: 'movies', UsernameAttributes: ['email'] })
    await pools.api.createUserPool({ PoolName: 'movies', UsernameAttributes: ['email'] })
    await expect(pools.seed()).rejects.toThrow(
      '2 user pools are named movies: say which one by its id',
    )
  })

  test('has an app client with a secret: it is refused', async () => {
    await using pools = await emptyUserPools()
    const { UserPool } = await pools.api.createUserPool({
      PoolName: 'movies',
      UsernameAttributes: ['email'],
    })
    await pools.api.createUserPoolClient({
      UserPoolId: UserPool?.Id,
      ClientName: 'movies',
      GenerateSecret: true,
    })
    await expect(pools.seed()).rejects.toThrow('The app client movies has a secret')
  })
})

describe('what cannot be seeded', () => {
  test('is a pool that does not exist', async () => {
    await using pools = await emptyUserPools()
    await expect(pools.seed({ poolId: 'us-east-1_Nowhere12' })).rejects.toThrow(
      'Cannot seed the user pools: ResourceNotFoundException',
    )
  })

  test('is a server that does not know the credentials', async () => {
    await using pools = await emptyUserPools()
    const wrong = { accessKeyId: 'local', secretAccessKey: 'wrong' }
    await expect(pools.seed({ credentials: wrong })).rejects.toThrow(/^Cannot seed the user pools/)
  })
})
