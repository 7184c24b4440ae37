/** The token trigger and the schema together: who gets which account. */
import faunadb, { type Client } from 'faunadb'
import { describe, expect, test } from 'vitest'
import { codeOf, seededDataApi } from './seeded-data-api.test-data.ts'
import { signInWith, userPoolId } from './sign-in.test-data.ts'

const { query: q } = faunadb

const ann = { sub: 'ann-sub', email: 'ann@example.com', email_verified: 'true' } as const
const bob = { sub: 'bob-sub', email: 'bob@example.com', email_verified: 'true' } as const

/** The data of every account, oldest first. */
async function accounts(root: Client): Promise<unknown> {
  return await root.query(
    q.Select(
      'data',
      q.Map(
        q.Paginate(q.Documents(q.Collection('Account'))),
        q.Lambda('account', q.Select('data', q.Get(q.Var('account')), {})),
      ),
    ),
  )
}

/** Makes an account as an application did before it had this trigger. */
async function oldAccount(root: Client, data: object): Promise<string> {
  const made = await root.query<{ ref: { id: string } }>(
    q.Create(q.Collection('Account'), { data }),
  )
  return made.ref.id
}

describe('an account', () => {
  test('is made at the first sign-in and found at the next', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const first = await signIn(ann)
    const second = await signIn(ann, { triggerSource: 'TokenGeneration_RefreshTokens' })
    expect(second.userId).toBe(first.userId)
    expect(await accounts(api.root)).toEqual([
      { subject: `${userPoolId}/ann-sub`, email: 'ann@example.com' },
    ])
  })

  test('belongs to one user each', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    expect((await signIn(ann)).userId).not.toBe((await signIn(bob)).userId)
  })

  test('is one, however many first sign-ins come at once', async () => {
    await using api = await seededDataApi()
    const signIns = await Promise.all(Array.from({ length: 10 }, () => signInWith(api)(ann)))
    expect(new Set(signIns.map(({ userId }) => userId)).size).toBe(1)
    expect(await accounts(api.root)).toHaveLength(1)
    for (const { access } of signIns) {
      expect(await codeOf(access, q.Paginate(q.Documents(q.Collection('Movie'))))).toBeUndefined()
    }
  })

  test('is made anew after it was deleted', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const { userId } = await signIn(ann)
    await api.root.query(q.Delete(q.Ref(q.Collection('Account'), userId)))
    expect((await signIn(ann)).userId).not.toBe(userId)
    expect(await accounts(api.root)).toHaveLength(1)
  })
})

describe('an address', () => {
  test('adopts an account that has no subject, once', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const id = await oldAccount(api.root, { email: ann.email, plan: 'gold' })
    expect((await signIn(ann)).userId).toBe(id)
    expect((await signIn(ann)).userId).toBe(id)
    expect(await accounts(api.root)).toEqual([
      { email: ann.email, plan: 'gold', subject: `${userPoolId}/ann-sub` },
    ])
  })

  test.each([
    ['false', { email_verified: 'false' }],
    ['absent', {}],
    ['something else', { email_verified: 'TRUE' }],
  ])('adopts nothing while email_verified is %s', async (_, verified) => {
    await using api = await seededDataApi()
    const id = await oldAccount(api.root, { email: ann.email })
    const user = { sub: 'mallory', email: ann.email, ...(verified as { email_verified?: 'true' }) }
    expect((await signInWith(api)(user)).userId).not.toBe(id)
    expect(await accounts(api.root)).toEqual([
      { email: ann.email },
      { subject: `${userPoolId}/mallory` },
    ])
  })

  test('adopts nothing where that is switched off', async () => {
    await using api = await seededDataApi()
    const id = await oldAccount(api.root, { email: ann.email })
    const signIn = signInWith(api, { FAUNA_ADOPT_BY_EMAIL: 'false' })
    expect((await signIn(ann)).userId).not.toBe(id)
    expect(await accounts(api.root)).toEqual([
      { email: ann.email },
      { subject: `${userPoolId}/ann-sub` },
    ])
  })

  test('never leads to the account of another subject, even when it is proved', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const victim = await signIn(ann)
    const mallory = await signIn({ ...ann, sub: 'mallory' })
    expect(mallory.userId).not.toBe(victim.userId)
    expect((await signIn(ann)).userId).toBe(victim.userId)
    expect(await accounts(api.root)).toEqual([
      { subject: `${userPoolId}/ann-sub`, email: ann.email },
      { subject: `${userPoolId}/mallory` },
    ])
  })

  test('leads to nobody when a user changes it to that of another', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const victim = await signIn(ann)
    const before = await signIn(bob)
    const after = await signIn({ ...bob, email: ann.email })
    expect(after.userId).toBe(before.userId)
    expect(after.userId).not.toBe(victim.userId)
  })

  test('stays as it was first proved when the user changes it', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    await signIn(ann)
    await signIn({ ...ann, email: 'ann@elsewhere.example' })
    expect(await accounts(api.root)).toEqual([
      { subject: `${userPoolId}/ann-sub`, email: 'ann@example.com' },
    ])
  })

  test('cannot be occupied by somebody who has not proved it', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    await signIn({ sub: 'squatter', email: ann.email, email_verified: 'false' })
    await signIn(ann)
    expect(await accounts(api.root)).toEqual([
      { subject: `${userPoolId}/squatter` },
      { subject: `${userPoolId}/ann-sub`, email: ann.email },
    ])
  })

  test('is given to an account when it is proved later, if nobody has it', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const { userId } = await signIn({ ...ann, email_verified: 'false' })
    expect((await signIn(ann)).userId).toBe(userId)
    await signIn({ ...bob, email_verified: 'false' })
    await signIn({ ...bob, email: ann.email })
    expect(await accounts(api.root)).toEqual([
      { subject: `${userPoolId}/ann-sub`, email: ann.email },
      { subject: `${userPoolId}/bob-sub` },
    ])
  })
})

test('users without an address have accounts', async () => {
  await using api = await seededDataApi()
  const signIn = signInWith(api)
  const { userId } = await signIn({ sub: 'by-phone' })
  expect((await signIn({ sub: 'by-phone' })).userId).toBe(userId)
  expect((await signIn({ sub: 'other' })).userId).not.toBe(userId)
})

test('users of two pools with one sub are two users', async () => {
  await using api = await seededDataApi()
  await oldAccount(api.root, { subject: 'us-east-1_Other/ann-sub' })
  await signInWith(api)(ann)
  expect(await accounts(api.root)).toHaveLength(2)
})

describe('tokens', () => {
  const tokenOf = (client: Client) => client.query<Record<string, unknown>>(q.Get(q.CurrentToken()))

  test('know their kind, their sign-in and their lifetimes', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api, {
      FAUNA_ACCESS_TOKEN_SECONDS: '60',
      FAUNA_REFRESH_TOKEN_SECONDS: '120',
      FAUNA_SESSION_SECONDS: '180',
    })
    const { access, refresh } = await signIn(ann, { originJti: 'sign-in-1' })
    expect((await tokenOf(access)).data).toEqual({ type: 'access', session: 'sign-in-1' })
    expect((await tokenOf(refresh)).data).toEqual({
      type: 'refresh',
      session: 'sign-in-1',
      accessSeconds: 60,
      refreshSeconds: 120,
      sessionEnds: expect.any(faunadb.values.FaunaTime),
    })
    const seconds = (client: Client, path: string[]) =>
      client.query(
        q.Let(
          { token: q.Get(q.CurrentToken()) },
          q.Divide(
            q.Subtract(q.ToMicros(q.Select(path, q.Var('token'))), q.Select('ts', q.Var('token'))),
            1_000_000,
          ),
        ),
      )
    // The lifetime counts from the snapshot, a moment before the commit that gives `ts`.
    expect(await seconds(access, ['ttl'])).toBeOneOf([59, 60])
    expect(await seconds(refresh, ['ttl'])).toBeOneOf([119, 120])
    expect(await seconds(refresh, ['data', 'sessionEnds'])).toBeOneOf([179, 180])
  })

  test('of one run share a session of their own where the event names none', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const sessionOf = (client: Client) =>
      client.query(q.Select(['data', 'session'], q.Get(q.CurrentToken())))
    const first = await signIn(ann)
    const second = await signIn(ann)
    expect(await sessionOf(first.access)).toBe(await sessionOf(first.refresh))
    expect(await sessionOf(first.access)).not.toBe(await sessionOf(second.access))
    expect(await sessionOf(first.access)).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('die with their lifetimes', async () => {
    await using api = await seededDataApi()
    const { access, refresh } = await signInWith(api)(ann)
    api.advance(599)
    expect(await codeOf(access, q.Now())).toBeUndefined()
    api.advance(2)
    expect(await codeOf(access, q.Now())).toBe('unauthorized')
    expect(await codeOf(refresh, q.Now())).toBeUndefined()
    api.advance(3000)
    expect(await codeOf(refresh, q.Call('refresh'))).toBe('unauthorized')
  })

  test('of a failed run do not exist', async () => {
    await using api = await seededDataApi()
    await api.root.query(q.Delete(q.Index('accounts_by_email')))
    await expect(signInWith(api)(ann)).rejects.toThrow('Sign-in is not possible at the moment')
    expect(await accounts(api.root)).toEqual([])
    expect(await api.root.query(q.Paginate(q.Tokens()))).toEqual({ data: [] })
  })

  test('that are left out are not minted', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api, { FAUNA_REFRESH_TOKEN_CLAIM: 'none' })
    expect((await signIn(ann)).refreshToken).toBe('')
    const tokens = await api.root.query<{ data: unknown[] }>(q.Paginate(q.Tokens()))
    expect(tokens.data).toHaveLength(1)
  })
})
