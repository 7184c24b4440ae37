import { listen } from '@vivarium/http'
import { openMemoryStore } from '@vivarium/store'
import { bodyBytesMax, createMailbox, createUserPools, faults } from '@vivarium/user-pools'
import faunadb from 'faunadb'
import { describe, expect, test } from 'vitest'
import { type SeedOptions, type SeedReport, seed, type UserPoolsSeedOptions } from './seed.ts'
import { emptyDataApi, rootSecret } from './seeded-data-api.test-data.ts'
import { userPoolsIssuer } from './user-pools-issuer.ts'

const { query: q } = faunadb
const region = 'us-east-1'
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }

/** A data API and user pools, empty, and how to seed both. */
async function bothEmpty() {
  const api = await emptyDataApi()
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
  return {
    root: api.root,
    issuer: userPoolsIssuer('http://issuer.example', listener.url),
    seed: (
      accessProvider?: SeedOptions['accessProvider'],
      userPools: Partial<UserPoolsSeedOptions> = {},
    ): Promise<SeedReport> =>
      seed({
        dataApi: { endpoint: api.endpoint, adminSecret: rootSecret },
        userPools: { endpoint: listener.url, region, credentials, ...userPools },
        accessProvider,
      }),
    async [Symbol.asyncDispose]() {
      await listener.close({ drainMs: 0 })
      await pools.close()
      await store.close()
      await api[Symbol.asyncDispose]()
    },
  }
}

const provider = q.Get(q.AccessProvider('user-pool'))

describe('seeding an access provider', () => {
  test('makes it for the pool and the client that were seeded, once', async () => {
    await using both = await bothEmpty()
    const report = await both.seed(both.issuer)
    expect(report.changes.slice(-2)).toEqual([
      'made the role UserPoolAccess',
      'made the access provider user-pool',
    ])
    const poolId = report.userPools?.userPoolId ?? ''
    expect(await both.root.query(provider)).toMatchObject({
      issuer: `http://issuer.example/${poolId}`,
      jwks_uri: both.issuer.jwksUriOf(poolId),
      audiences: [report.userPools?.clientId],
      token_use: 'id',
      roles: [{ role: expect.objectContaining({ id: 'UserPoolAccess' }) }],
    })
    expect((await both.seed(both.issuer)).changes).toEqual([])
  })

  test('updates it when the client is another one, or the issuer', async () => {
    await using both = await bothEmpty()
    await both.seed(both.issuer)
    const { userPools, changes } = await both.seed(both.issuer, { clientName: 'other' })
    expect(changes).toEqual(['made the app client other', 'updated the access provider user-pool'])
    expect(await both.root.query(provider)).toMatchObject({ audiences: [userPools?.clientId] })
    const moved = { ...both.issuer, issuerOf: () => 'https://id.example.com' }
    expect((await both.seed(moved, { clientName: 'other' })).changes).toEqual([
      'updated the access provider user-pool',
    ])
    expect(await both.root.query(provider)).toMatchObject({ issuer: 'https://id.example.com' })
  })

  test('takes it back when it is not asked for any more, and leaves one of somebody else', async () => {
    await using both = await bothEmpty()
    await both.seed(both.issuer)
    expect((await both.seed()).changes).toEqual(['deleted the access provider user-pool'])
    await expect(both.root.query(provider)).rejects.toThrow('invalid ref')
    await both.root.query(
      q.CreateAccessProvider({
        name: 'user-pool',
        issuer: 'https://theirs.example.com',
        jwks_uri: 'https://theirs.example.com/keys',
        audiences: ['theirs'],
      }),
    )
    expect((await both.seed()).changes).toEqual([])
    expect(await both.root.query(provider)).toMatchObject({ issuer: 'https://theirs.example.com' })
  })
})
