import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../testing/describe-data-api.ts'
import { invalid, permissionDenied, refused, wrongType } from '../testing/refusals.ts'
import { q } from '../testing/test-data-api.ts'

const unauthorized = {
  status: 401,
  errors: [{ code: 'unauthorized', description: 'Unauthorized' }],
}
const failed = refused(
  400,
  'authentication failed',
  'The document was not found or provided password was incorrect.',
  [],
)

async function withUser(open: Open) {
  const api = await open()
  const { server } = api
  await server.query(q.CreateCollection({ name: 'users' }))
  await server.query(
    q.CreateIndex({
      name: 'by_name',
      source: q.Collection('users'),
      terms: [{ field: ['data', 'name'] }],
    }),
  )
  const { ref } = await server.query(
    q.Create(q.Collection('users'), { credentials: { password: 'pw' }, data: { name: 'Taran' } }),
  )
  return { ...api, user: ref, client: await api.withRole('client') }
}

describeDataApi('Login', (open) => {
  it('gives a token for the right password, without any permission', async () => {
    const { client, user, as, clock } = await withUser(open)
    const params = {
      password: 'pw',
      ttl: clock.time(60),
      data: { device: 'x' },
      instance: q.Tokens(),
    }
    const { status, value } = await client.answer(q.Login(user, params))
    expect(status).toBe(201)
    expect(Object.keys(value as object)).toEqual(['ref', 'ts', 'ttl', 'data', 'instance', 'secret'])
    expect(value).toMatchObject({ data: { device: 'x' }, instance: user })
    const token = as((value as { secret: string }).secret)
    expect(await token.query(q.CurrentIdentity())).toEqual(user)
    clock.advance({ seconds: 60 })
    expect(await token.refusal(1)).toEqual(unauthorized)
  })

  it('says the same of everything that is wrong', async () => {
    const { client, server, user, dump } = await withUser(open)
    const nobody = await server.query(q.Create(q.Collection('users'), {}))
    const before = await dump()
    const wrong = [
      q.Login(user, { password: 'no' }),
      q.Login(user, {} as never),
      q.Login(nobody.ref, { password: 'pw' }),
      q.Login(nobody.ref, { password: 1 } as never),
      q.Login(q.Ref(q.Collection('users'), 1), { password: 'pw' }),
    ]
    for (const login of wrong) expect(await client.refusal(login)).toEqual(failed)
    expect(await server.refusal(q.Login(q.Match('by_name', 'no'), { password: 'pw' }))).toEqual(
      failed,
    )
    expect(await dump()).toEqual(before)
  })

  it('wants the password to be a string', async () => {
    const { client, user } = await withUser(open)
    expect(await client.refusal(q.Login(user, { password: 1 } as never))).toEqual(
      invalid([], wrongType('Long', 'String', 'password')),
    )
    expect(await client.refusal(q.Login(user, { password: 'pw', ttl: 1 } as never))).toEqual(
      invalid([], wrongType('Long', 'Time', 'ttl')),
    )
  })

  it('finds the document by a set that the caller may read, now whatever the time', async () => {
    const { client, server, user, clock } = await withUser(open)
    const login = q.Login(q.Match('by_name', 'Taran'), { password: 'pw' })
    expect(await server.query(login)).toMatchObject({ instance: user })
    expect(await client.refusal(login)).toEqual(permissionDenied('login'))
    const identify = q.Identify(q.Match('by_name', 'Taran'), 'pw')
    expect(await server.query(q.At(clock.time(-60), identify))).toBe(true)
    expect(await client.refusal(identify)).toEqual(permissionDenied('identify'))
  })
})

describeDataApi('Identify', (open) => {
  it('says whether the password is right, and false of everything else', async () => {
    const { client, server, user } = await withUser(open)
    expect(await client.query(q.Identify(user, 'pw'))).toBe(true)
    expect(await client.query(q.Identify(user, 'no'))).toBe(false)
    expect(await client.query(q.Identify(q.Ref(q.Collection('users'), 1), 'pw'))).toBe(false)
    expect(await server.query(q.Identify(q.Match('by_name', 'no'), 'pw'))).toBe(false)
  })
})

describeDataApi('Logout', (open) => {
  it('of one ends the token in use', async () => {
    const { withToken, user } = await withUser(open)
    const [one, two] = [await withToken(user), await withToken(user)]
    expect(await one.query(q.Logout(false))).toBe(true)
    expect(await one.refusal(1)).toEqual(unauthorized)
    expect(await two.query(q.Do(q.Logout(false), q.Logout(false)))).toBe(true)
  })

  it('of all ends every token of the identity, and no other', async () => {
    const { withToken, user, server } = await withUser(open)
    const other = await server.query(q.Create(q.Collection('users'), {}))
    const [one, two, third] = [
      await withToken(user),
      await withToken(user),
      await withToken(other.ref),
    ]
    expect(await one.query(q.Logout(true))).toBe(true)
    expect(await one.refusal(1)).toEqual(unauthorized)
    expect(await two.refusal(1)).toEqual(unauthorized)
    expect(await third.query(1)).toBe(1)
  })

  it('of a key does nothing', async () => {
    const { server } = await withUser(open)
    expect(await server.query([q.Logout(true), q.Logout(false)])).toEqual([false, false])
    expect(await server.query(1)).toBe(1)
  })
})

describeDataApi('tokens and credentials', (open) => {
  it('outlive a change of password, and the credentials', async () => {
    const { client, server, user, as } = await withUser(open)
    const { secret } = await client.query(q.Login(user, { password: 'pw' }))
    await server.query(q.Update(user, { credentials: { password: 'new' } }))
    expect(await as(secret).query(1)).toBe(1)
    await server.query(
      q.Foreach(q.Paginate(q.Documents(q.Credentials())), q.Lambda('c', q.Delete(q.Var('c')))),
    )
    expect(await as(secret).query(1)).toBe(1)
    expect(await client.refusal(q.Login(user, { password: 'new' }))).toEqual(failed)
  })
})
