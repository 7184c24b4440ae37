import faunadb, { type Client, type Expr } from 'faunadb'
import { describe, expect, test } from 'vitest'
import { codeOf, seededDataApi } from './seeded-data-api.test-data.ts'
import { signInWith } from './sign-in.test-data.ts'

const { query: q } = faunadb

const ann = { sub: 'ann-sub', email: 'ann@example.com', email_verified: 'true' } as const

interface Minted {
  readonly secret: string
  readonly expires_at: { readonly value: string }
}

interface Pair {
  readonly access_token: Minted
  readonly refresh_token: Minted
}

const refreshWith = (client: Client) => client.query<Pair | null>(q.Call('refresh'))

async function pairFrom(client: Client): Promise<Pair> {
  const pair = await refreshWith(client)
  if (pair === null) throw new Error('The refresh token was refused')
  return pair
}

/** Whether a token opens the database. */
const isAlive = async (client: Client) => (await codeOf(client, q.Now())) === undefined

describe('refresh', () => {
  test('gives a new pair that works, with the times it expires', async () => {
    await using api = await seededDataApi()
    const { refresh } = await signInWith(api)(ann)
    const pair = await pairFrom(refresh)
    expect(pair).toEqual({
      access_token: { secret: expect.stringMatching(/^fnE/), expires_at: expect.anything() },
      refresh_token: { secret: expect.stringMatching(/^fnE/), expires_at: expect.anything() },
    })
    const access = api.as(pair.access_token.secret)
    const movies = await access.query<{ data: unknown[] }>(
      q.Paginate(q.Documents(q.Collection('Movie'))),
    )
    expect(movies.data).toHaveLength(2)
    const ttl = await access.query<{ value: string }>(q.Select('ttl', q.Get(q.CurrentToken())))
    expect(pair.access_token.expires_at.value).toBe(ttl.value)
    const lifetime = Date.parse(pair.refresh_token.expires_at.value) - Date.parse(ttl.value)
    expect(lifetime).toBe((3600 - 600) * 1000)
  })

  test('gives tokens of the same account, sign-in and lifetimes, again and again', async () => {
    await using api = await seededDataApi()
    const signedIn = await signInWith(api)(ann, { originJti: 'sign-in-1' })
    const dataOf = (client: Client) =>
      client.query<object>(q.Select('data', q.Get(q.CurrentToken())))
    const first = await dataOf(signedIn.refresh)
    let { refresh } = signedIn
    for (let round = 0; round < 3; round += 1) {
      const pair = await pairFrom(refresh)
      refresh = api.as(pair.refresh_token.secret)
      expect(await dataOf(refresh)).toEqual({ ...first, traded: expect.anything() })
      const access = api.as(pair.access_token.secret)
      expect(await dataOf(access)).toEqual({ type: 'access', session: 'sign-in-1' })
      expect(await access.query(q.Select('id', q.CurrentIdentity()))).toBe(signedIn.userId)
    }
  })

  test('leaves the access token of before alone', async () => {
    await using api = await seededDataApi()
    const { access, refresh } = await signInWith(api)(ann)
    await pairFrom(refresh)
    expect(await isAlive(access)).toBe(true)
  })

  test('of a used token ends every token of the sign-in and gives null', async () => {
    await using api = await seededDataApi()
    const { access, refresh } = await signInWith(api)(ann)
    const first = await pairFrom(refresh)
    const second = await pairFrom(api.as(first.refresh_token.secret))
    expect(await refreshWith(refresh)).toBeNull()
    const secrets = [first, second].flatMap((pair) => [
      pair.access_token.secret,
      pair.refresh_token.secret,
    ])
    for (const client of [access, refresh, ...secrets.map((secret) => api.as(secret))]) {
      expect(await isAlive(client)).toBe(false)
    }
    expect(await api.root.query(q.Paginate(q.Tokens()))).toEqual({ data: [] })
  })

  test('of a used token leaves other sign-ins of the account alone', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const { refresh } = await signIn(ann)
    const other = await signIn(ann)
    await pairFrom(refresh)
    await refreshWith(refresh)
    expect(await isAlive(other.access)).toBe(true)
    expect(await refreshWith(other.refresh)).not.toBeNull()
  })

  test('of one token by many at once is granted to one, and ends the sign-in', async () => {
    await using api = await seededDataApi()
    const { refreshToken } = await signInWith(api)(ann)
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => refreshWith(api.as(refreshToken))),
    )
    const granted = answers.flatMap((answer) =>
      answer.status === 'fulfilled' && answer.value !== null ? [answer.value] : [],
    )
    expect(granted).toHaveLength(1)
    // The second to come found it used; whoever came later found it gone.
    const refused = answers.filter(
      (answer) => answer.status === 'fulfilled' && answer.value === null,
    )
    expect(refused).toHaveLength(1)
    for (const answer of answers) {
      if (answer.status === 'rejected')
        expect(answer.reason).toMatchObject({ name: 'Unauthorized' })
    }
    expect(await api.root.query(q.Paginate(q.Tokens()))).toEqual({ data: [] })
  })

  test('of a token whose ancestor a thief deleted ends the sign-in', async () => {
    await using api = await seededDataApi()
    const { refresh: stolen } = await signInWith(api)(ann)
    const ref = await stolen.query<Expr>(q.CurrentToken())
    let thief = await pairFrom(stolen)
    thief = await pairFrom(api.as(thief.refresh_token.secret))
    // The owner's second use would have ended this; now it only tells them to sign in again.
    await api.as(thief.access_token.secret).query(q.Delete(ref))
    expect(await codeOf(stolen, q.Call('refresh'))).toBe('unauthorized')
    expect(await refreshWith(api.as(thief.refresh_token.secret))).toBeNull()
    expect(await api.root.query(q.Paginate(q.Tokens()))).toEqual({ data: [] })
  })

  test('of a token whose ancestor was deleted does not become good by waiting', async () => {
    await using api = await seededDataApi()
    const { refresh: stolen } = await signInWith(api)(ann)
    const ref = await stolen.query<Expr>(q.CurrentToken())
    api.advance(1800)
    const thief = await pairFrom(stolen)
    await api.as(thief.access_token.secret).query(q.Delete(ref))
    // Past what was the lifetime of the stolen token, not of the one it was traded for.
    api.advance(3500)
    expect(await refreshWith(api.as(thief.refresh_token.secret))).toBeNull()
  })

  test('of a used token is noticed as long as what it was traded for is good', async () => {
    await using api = await seededDataApi()
    const { refresh } = await signInWith(api)(ann)
    api.advance(3000)
    const pair = await pairFrom(refresh)
    api.advance(3500)
    expect(await refreshWith(refresh)).toBeNull()
    expect(await isAlive(api.as(pair.refresh_token.secret))).toBe(false)
  })

  test('goes on for as long as the sign-in lasts, and forgets ancestors that expired', async () => {
    await using api = await seededDataApi()
    let { refresh } = await signInWith(api)(ann)
    for (let elapsed = 0; elapsed < 86_400 - 3000; elapsed += 3000) {
      refresh = api.as((await pairFrom(refresh)).refresh_token.secret)
      api.advance(3000)
    }
    const traded = q.Select(['data', 'traded'], q.Get(q.CurrentToken()))
    expect(await refresh.query(q.Count(traded))).toBe(2)
  })

  test('lasts no longer than the sign-in', async () => {
    await using api = await seededDataApi()
    const { refresh } = await signInWith(api, {
      FAUNA_ACCESS_TOKEN_SECONDS: '600',
      FAUNA_REFRESH_TOKEN_SECONDS: '3600',
      FAUNA_SESSION_SECONDS: '4000',
    })(ann)
    const ends = await refresh.query<{ value: string }>(
      q.Select(['data', 'sessionEnds'], q.Get(q.CurrentToken())),
    )
    api.advance(3500)
    const pair = await pairFrom(refresh)
    // Of the 4000 seconds not even an access token's 600 are left.
    expect(pair.access_token.expires_at.value).toBe(ends.value)
    expect(pair.refresh_token.expires_at.value).toBe(ends.value)
    api.advance(501)
    expect(await codeOf(api.as(pair.refresh_token.secret), q.Call('refresh'))).toBe('unauthorized')
  })

  test('ends more tokens than a page holds by default', async () => {
    await using api = await seededDataApi()
    const signIn = signInWith(api)
    const first = await signIn(ann, { originJti: 'sign-in-1' })
    for (let count = 0; count < 40; count += 1) await signIn(ann, { originJti: 'sign-in-1' })
    await pairFrom(first.refresh)
    expect(await refreshWith(first.refresh)).toBeNull()
    expect(await api.root.query(q.Paginate(q.Tokens()))).toEqual({ data: [] })
  })

  test('takes no argument', async () => {
    await using api = await seededDataApi()
    const { refresh } = await signInWith(api)(ann)
    expect(await codeOf(refresh, q.Call('refresh', 1))).toBe('call error')
    expect(await refreshWith(refresh)).not.toBeNull()
  })

  test('refuses a key', async () => {
    await using api = await seededDataApi()
    expect(await codeOf(api.as(api.serverKey), q.Call('refresh'))).toBe('call error')
  })
})
