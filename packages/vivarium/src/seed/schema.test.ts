/** The seeded schema, seen by those who hold a token of it. */
import faunadb, { type Client, type Expr } from 'faunadb'
import { describe, expect, test } from 'vitest'
import { codeOf, seededDataApi } from './seeded-data-api.test-data.ts'
import { signInWith } from './sign-in.test-data.ts'

const { query: q } = faunadb

const ann = { sub: 'ann-sub', email: 'ann@example.com', email_verified: 'true' } as const
const bob = { sub: 'bob-sub', email: 'bob@example.com', email_verified: 'true' } as const

/** A seeded data API with two users signed in. */
async function twoUsers() {
  const api = await seededDataApi()
  const signIn = signInWith(api)
  const [us, them] = [await signIn(ann), await signIn(bob)]
  const refOf = (client: Client): Promise<Expr> => client.query<Expr>(q.CurrentToken())
  return Object.assign(api, {
    us,
    them,
    ourAccount: q.Ref(q.Collection('Account'), us.userId),
    theirAccount: q.Ref(q.Collection('Account'), them.userId),
    theirAccessToken: await refOf(them.access),
    theirRefreshToken: await refOf(them.refresh),
  })
}

const newMovie = q.Create(q.Collection('Movie'), {
  data: { title: 'M', director: 'Fritz Lang', year: 1931 },
})

describe('an access token', () => {
  test('reads, creates, updates, replaces and deletes movies, whoever made them', async () => {
    await using api = await twoUsers()
    const { ref } = await api.them.access.query<{ ref: Expr }>(newMovie)
    const { access } = api.us
    expect(await access.query(q.Select(['data', 'title'], q.Get(ref)))).toBe('M')
    await access.query(q.Update(ref, { data: { year: 1932 } }))
    await access.query(q.Replace(ref, { data: { title: 'M2' } }))
    expect(await access.query(q.Select('data', q.Delete(ref)))).toEqual({ title: 'M2' })
    expect(await access.query(q.Exists(ref))).toBe(false)
  })

  test('reads its own account and finds it by its address', async () => {
    await using api = await twoUsers()
    const { access } = api.us
    const own = q.Get(q.CurrentIdentity())
    expect(await access.query(q.Select(['ref', 'id'], own))).toBe(api.us.userId)
    expect(
      await access.query(q.Paginate(q.Match(q.Index('accounts_by_email'), ann.email))),
    ).toMatchObject({ data: [{ id: api.us.userId }] })
  })

  test('cannot tell whether an address has an account', async () => {
    await using api = await twoUsers()
    const answers = await Promise.all(
      [bob.email, 'nobody@example.com'].map((email) => {
        const match = q.Match(q.Index('accounts_by_email'), email)
        return api.us.access.query([q.Exists(match), q.Paginate(match), q.Count(match)])
      }),
    )
    expect(answers[0]).toEqual(answers[1])
    expect(answers[0]).toEqual([false, { data: [] }, 0])
  })

  test('sees of accounts only its own', async () => {
    await using api = await twoUsers()
    const accounts = q.Paginate(q.Documents(q.Collection('Account')))
    expect(await api.us.access.query(accounts)).toMatchObject({ data: [{ id: api.us.userId }] })
  })

  test('sees of tokens only those of its own account', async () => {
    await using api = await twoUsers()
    const seen = await api.us.access.query<{ data: unknown[] }>(q.Paginate(q.Documents(q.Tokens())))
    expect(seen.data).toHaveLength(2)
  })

  test('ends itself', async () => {
    await using api = await twoUsers()
    const { access, refresh } = api.us
    await access.query(q.Delete(q.CurrentToken()))
    expect(await codeOf(access, q.Now())).toBe('unauthorized')
    expect(await codeOf(refresh, q.Now())).toBeUndefined()
  })

  test('ends with its account', async () => {
    await using api = await twoUsers()
    await api.root.query(q.Delete(api.ourAccount))
    expect(await codeOf(api.us.access, q.Now())).toBe('unauthorized')
    expect(await codeOf(api.us.refresh, q.Call('refresh'))).toBe('unauthorized')
  })
})

describe('a refresh token', () => {
  test('sees no account, not even its own', async () => {
    await using api = await twoUsers()
    const accounts = q.Paginate(q.Documents(q.Collection('Account')))
    expect(await api.us.refresh.query(accounts)).toEqual({ data: [] })
    expect(await codeOf(api.us.refresh, q.Get(api.ourAccount))).toBe('permission denied')
  })

  test('reads no movies', async () => {
    await using api = await twoUsers()
    const { ref } = await api.us.access.query<{ ref: Expr }>(newMovie)
    const { refresh } = api.us
    expect(await codeOf(refresh, q.Get(ref))).toBe('permission denied')
    expect(await refresh.query(q.Paginate(q.Documents(q.Collection('Movie'))))).toEqual({
      data: [],
    })
  })

  test('ends itself', async () => {
    await using api = await twoUsers()
    await api.us.refresh.query(q.Delete(q.CurrentToken()))
    expect(await codeOf(api.us.refresh, q.Now())).toBe('unauthorized')
  })
})

type Attacked = Awaited<ReturnType<typeof twoUsers>>

describe.each(['access', 'refresh'] as const)('with a token of type %s', (type) => {
  const refusals: readonly (readonly [string, (api: Attacked) => Expr])[] = [
    ["one cannot read another's account", (api) => q.Get(api.theirAccount)],
    ['one cannot change its own account', (api) => q.Update(api.ourAccount, { data: { a: 1 } })],
    [
      "one cannot change another's account",
      (api) => q.Update(api.theirAccount, { data: { subject: 'x' } }),
    ],
    ['one cannot delete its own account', (api) => q.Delete(api.ourAccount)],
    [
      'one cannot give its account a password',
      (api) => q.Update(api.ourAccount, { credentials: { password: 'x' } }),
    ],
    ['one cannot make an account', () => q.Create(q.Collection('Account'), { data: {} })],
    [
      'one cannot find accounts by subject',
      () => q.Paginate(q.Match(q.Index('accounts_by_subject'), 'us-east-1_AbCdEf123/bob-sub')),
    ],
    [
      'one cannot mint a token for itself',
      (api) => q.Create(q.Tokens(), { instance: api.ourAccount, data: { type: 'access' } }),
    ],
    [
      'one cannot mint a token for another',
      (api) => q.Create(q.Tokens(), { instance: api.theirAccount, data: { type: 'access' } }),
    ],
    [
      'one cannot make its token last',
      () => q.Update(q.CurrentToken(), { ttl: null, data: { type: 'access' } }),
    ],
    ['one cannot have a new secret for its token', () => q.Replace(q.CurrentToken(), {})],
    ["one cannot read another's token", (api) => q.Get(api.theirAccessToken)],
    ["one cannot end another's token", (api) => q.Delete(api.theirRefreshToken)],
    [
      'one cannot list the tokens of a sign-in',
      () => q.Paginate(q.Match(q.Index('tokens_by_session'), 'x')),
    ],
    [
      'one cannot list the tokens of an account',
      (api) => q.Paginate(q.Match(q.Index('tokens_by_instance'), api.theirAccount)),
    ],
    ['one cannot make a key', () => q.CreateKey({ role: 'admin' })],
    ['one cannot make a role', () => q.CreateRole({ name: 'x', privileges: [] })],
    ['one cannot change its role', () => q.Update(q.Role('AccountAccess'), { privileges: [] })],
    ['one cannot read its role', () => q.Get(q.Role('AccountAccess'))],
    ['one cannot change the function', () => q.Update(q.Function('refresh'), { role: 'admin' })],
    ['one cannot log in to an account', (api) => q.Login(api.theirAccount, { password: 'x' })],
  ]

  test.each(refusals)('%s', async (_, attack) => {
    await using api = await twoUsers()
    const before = await everything(api.root)
    const code = await codeOf(api.us[type], attack(api))
    expect(code).toBeOneOf(['permission denied', 'authentication failed', 'instance not found'])
    expect(await everything(api.root)).toEqual(before)
  })
})

test('an access token cannot call refresh', async () => {
  await using api = await twoUsers()
  expect(await codeOf(api.us.access, q.Call('refresh'))).toBe('permission denied')
})

test('an access token cannot create movies under ids of its choice', async () => {
  await using api = await twoUsers()
  const create = q.Create(q.Ref(q.Collection('Movie'), '7'), { data: {} })
  expect(await codeOf(api.us.access, create)).toBe('permission denied')
})

test('a token that the trigger did not make can do neither', async () => {
  await using api = await twoUsers()
  const { secret } = await api.root.query<{ secret: string }>(
    q.Create(q.Tokens(), { instance: api.ourAccount }),
  )
  expect(await codeOf(api.as(secret), newMovie)).toBe('permission denied')
  expect(await codeOf(api.as(secret), q.Call('refresh'))).toBe('permission denied')
})

test('a movie with a password gives nobody more rights', async () => {
  await using api = await twoUsers()
  const { access } = api.us
  const { ref } = await access.query<{ ref: Expr }>(
    q.Create(q.Collection('Movie'), { data: {}, credentials: { password: 'x' } }),
  )
  const { secret } = await access.query<{ secret: string }>(
    q.Login(ref, { password: 'x', data: { type: 'access' } }),
  )
  const asMovie = api.as(secret)
  expect(await codeOf(asMovie, newMovie)).toBe('permission denied')
  expect(await codeOf(asMovie, q.Get(api.ourAccount))).toBe('permission denied')
  expect(await codeOf(asMovie, q.Call('refresh'))).toBe('permission denied')
})

/** Every account, token, key, role and function. */
async function everything(root: Client): Promise<unknown> {
  const all = (set: Expr) => q.Map(q.Paginate(set), q.Lambda('one', q.Get(q.Var('one'))))
  const state = await root.query([
    all(q.Documents(q.Collection('Account'))),
    all(q.Tokens()),
    all(q.Keys()),
    all(q.Roles()),
    all(q.Functions()),
    all(q.Credentials()),
  ])
  return JSON.parse(JSON.stringify(state))
}
