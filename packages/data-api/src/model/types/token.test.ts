import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../../testing/describe-data-api.ts'
import { invalid, required, wrongType } from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

const unauthorized = {
  status: 401,
  errors: [{ code: 'unauthorized', description: 'Unauthorized' }],
}

async function withUser(open: Open) {
  const api = await open()
  await api.server.query(q.CreateCollection({ name: 'users' }))
  const user = await api.server.query(q.Create(q.Collection('users'), { data: { name: 'Taran' } }))
  return { ...api, user: user.ref }
}

describeDataApi('tokens', (open) => {
  it('show their secret once, and their hash only when read', async () => {
    const { server, user, as, clock } = await withUser(open)
    const made = await server.query(
      q.Create(q.Tokens(), { instance: user, ttl: clock.time(60), data: { type: 'access' } }),
    )
    expect(Object.keys(made)).toEqual(['ref', 'ts', 'instance', 'ttl', 'data', 'secret'])
    expect(made.secret).toMatch(/^fnE[\w-]{48}$/)
    const read = await server.query(q.Get(made.ref))
    expect(Object.keys(read)).toEqual(['ref', 'ts', 'instance', 'ttl', 'data', 'hashed_secret'])
    expect(await as(made.secret).query(q.CurrentIdentity())).toEqual(user)
    expect(await as(made.secret).query(q.CurrentToken())).toEqual(made.ref)
    expect(await as(made.secret).query(q.KeyFromSecret(made.secret))).toEqual(read)
  })

  it('are of a document, which need not exist', async () => {
    const { server, as } = await withUser(open)
    expect(await server.refusal(q.Create(q.Tokens(), {}))).toEqual(
      invalid(['create'], required('instance')),
    )
    expect(await server.refusal(q.Create(q.Tokens(), { instance: 'x' }))).toEqual(
      invalid(['create'], wrongType('String', 'Ref', 'instance')),
    )
    const nobody = q.Ref(q.Collection('users'), 1)
    const { secret } = await server.query(q.Create(q.Tokens(), { instance: nobody }))
    expect(await as(secret).refusal(1)).toEqual(unauthorized)
    await server.query(q.Create(nobody, {}))
    expect(await as(secret).query(1)).toBe(1)
  })

  it('live and die with their document', async () => {
    const { server, user, as } = await withUser(open)
    const { ref, secret } = await server.query(q.Create(q.Tokens(), { instance: user }))
    await server.query(q.Delete(user))
    expect(await as(secret).refusal(1)).toEqual(unauthorized)
    expect(await server.query(q.Exists(ref))).toBe(true)
    await server.query(q.Create(user, {}))
    expect(await as(secret).query(1)).toBe(1)
    await server.query(q.Delete(q.Collection('users')))
    expect(await as(secret).refusal(1)).toEqual(unauthorized)
  })

  it('keep their secret when updated, and get another when replaced', async () => {
    const { server, user, as } = await withUser(open)
    const { ref, secret } = await server.query(q.Create(q.Tokens(), { instance: user }))
    const updated = await server.query(q.Update(ref, { data: { a: 1 } }))
    expect(updated).toEqual({ ref, ts: updated.ts, instance: user, data: { a: 1 } })
    expect(await as(secret).query(1)).toBe(1)
    const replaced = await server.query(q.Replace(ref, { instance: user }))
    expect(Object.keys(replaced)).toEqual(['ref', 'ts', 'instance', 'secret'])
    expect(await as(secret).refusal(1)).toEqual(unauthorized)
    expect(await as(replaced.secret).query(1)).toBe(1)
  })

  it('stop with the request after they are deleted', async () => {
    const { server, user, as } = await withUser(open)
    const { ref, secret } = await server.query(q.Create(q.Tokens(), { instance: user }))
    await server.query(q.Delete(ref))
    expect(await as(secret).refusal(1)).toEqual(unauthorized)
  })

  it('stop at their time to live', async () => {
    const { server, user, as, clock } = await withUser(open)
    const ttl = clock.time(60)
    const { ref, secret } = await server.query(q.Create(q.Tokens(), { instance: user, ttl }))
    const token = as(secret)
    clock.advance({ seconds: 59 })
    expect(await token.query(1)).toBe(1)
    clock.advance({ seconds: 1 })
    expect(await token.refusal(1)).toEqual(unauthorized)
    expect(await server.query(q.Exists(ref))).toBe(false)
    expect(await server.data(q.Paginate(q.Documents(q.Tokens())))).toEqual([])
  })

  it('that are guessed, truncated or of another database are none', async () => {
    const { server, user, as } = await withUser(open)
    const { secret } = await server.query(q.Create(q.Tokens(), { instance: user }))
    const bytes = Buffer.from(secret, 'base64url')
    for (let i = 0; i < bytes.length; i++) {
      const forged = Buffer.from(bytes)
      forged[i] = (forged[i] ?? 0) ^ 1
      expect(await as(forged.toString('base64url')).refusal(1)).toEqual(unauthorized)
    }
    for (const length of [0, 1, 10, 40, 50]) {
      expect(await as(secret.slice(0, length)).refusal(1)).toEqual(unauthorized)
    }
    expect(await as(`${secret}A`).refusal(1)).toEqual(unauthorized)
  })

  it('ignore a suffix that would change their rights', async () => {
    const { server, user, as } = await withUser(open)
    const { secret } = await server.query(q.Create(q.Tokens(), { instance: user }))
    for (const suffix of [':admin', ':server', ':@doc/users/1', ':x', ':a/b:admin']) {
      expect(await as(secret + suffix).query(q.CurrentIdentity())).toEqual(user)
    }
  })

  it('are indexed by their document and their data', async () => {
    const { server, user } = await withUser(open)
    const source = q.Tokens()
    const terms = [{ field: ['data', 'session'] }]
    await server.query(q.CreateIndex({ name: 'by_session', source, terms }))
    await server.query(q.CreateIndex({ name: 'by_user', source, terms: [{ field: 'instance' }] }))
    const token = (session: string) =>
      server.query(q.Create(q.Tokens(), { instance: user, data: { session } }))
    const [a, b, c] = [await token('s'), await token('s'), await token('t')]
    expect(await server.data(q.Paginate(q.Match('by_session', 's')))).toEqual([a.ref, b.ref])
    expect(await server.data(q.Paginate(q.Match('by_user', user)))).toEqual([a.ref, b.ref, c.ref])
    await server.query(
      q.Foreach(q.Paginate(q.Match('by_session', 's')), q.Lambda('t', q.Delete(q.Var('t')))),
    )
    expect(await server.data(q.Paginate(q.Match('by_user', user)))).toEqual([c.ref])
  })
})
