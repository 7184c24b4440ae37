import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../../testing/describe-data-api.ts'
import {
  failure,
  invalid,
  notUnique,
  permissionDenied,
  required,
  wrongType,
} from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

async function withUser(open: Open) {
  const api = await open()
  await api.server.query(q.CreateCollection({ name: 'users' }))
  const user = await api.server.query(q.Create(q.Collection('users'), {}))
  return { ...api, user: user.ref }
}

const wrongPassword = failure(
  ['current_password'],
  'invalid password',
  'Invalid password at `current_password`.',
)

describeDataApi('credentials', (open) => {
  it('hash a password and never show it', async () => {
    const { server, user } = await withUser(open)
    const made = await server.query(q.Create(q.Credentials(), { instance: user, password: 'abc' }))
    expect(Object.keys(made)).toEqual(['ref', 'ts', 'instance', 'hashed_password'])
    expect(made.hashed_password).toMatch(/^\$2a\$05\$[./\w]{53}$/)
    expect(await server.query(q.Get(made.ref))).toEqual(made)
    expect(await server.query(q.Identify(user, 'abc'))).toBe(true)
    expect(await server.query(q.Identify(user, 'abd'))).toBe(false)
  })

  it('check their fields', async () => {
    const { server } = await withUser(open)
    expect(await server.refusal(q.Create(q.Credentials(), { password: 1 }))).toEqual(
      invalid(['create'], required('instance'), wrongType('Long', 'String', 'password')),
    )
  })

  it('are one per document', async () => {
    const { server, user } = await withUser(open)
    const made = await server.query(q.Create(q.Credentials(), { instance: user, password: 'abc' }))
    const again = q.Create(q.Credentials(), { instance: user, password: 'def' })
    expect(await server.refusal(again)).toEqual(notUnique('create'))
    await server.query(q.Delete(made.ref))
    await server.query(again)
    expect(await server.query(q.Identify(user, 'def'))).toBe(true)
  })

  it('without a password match none', async () => {
    const { server, user } = await withUser(open)
    await server.query(q.Create(q.Credentials(), { instance: user }))
    expect(await server.query(q.Identify(user, ''))).toBe(false)
  })

  it('are changed by a server key without the current password', async () => {
    const { server, user } = await withUser(open)
    const { ref } = await server.query(q.Create(q.Credentials(), { instance: user, password: 'a' }))
    await server.query(q.Update(ref, { password: 'b' }))
    expect(await server.query(q.Identify(user, 'b'))).toBe(true)
    await server.query(q.Update(ref, { data: { x: 1 } }))
    expect(await server.query(q.Identify(user, 'b'))).toBe(true)
    const { hashed_password } = await server.query(q.Get(ref))
    await server.query(q.Update(ref, { password: 'c' }))
    await server.query(q.Update(ref, { hashed_password }))
    expect(await server.query(q.Identify(user, 'b'))).toBe(true)
  })

  it('are changed by an admin key with the current password only', async () => {
    const { admin, server, user } = await withUser(open)
    const { ref } = await admin.query(q.Create(q.Credentials(), { instance: user, password: 'a' }))
    for (const current of [{}, { current_password: 'x' }]) {
      expect(await admin.refusal(q.Update(ref, { password: 'b', ...current }))).toEqual(
        invalid([], wrongPassword),
      )
    }
    expect(await server.query(q.Identify(user, 'a'))).toBe(true)
    await admin.query(q.Update(ref, { password: 'b', current_password: 'a' }))
    expect(await server.query(q.Identify(user, 'b'))).toBe(true)
    const updated = await admin.query(q.Update(ref, { hashed_password: 'x' }))
    expect(updated.hashed_password).toMatch(/^\$2a/)
    expect(await server.query(q.Identify(user, 'b'))).toBe(true)
  })

  it('follow from the credentials field of a document, by the rights of a server', async () => {
    const { admin, server, user } = await withUser(open)
    const made = await admin.query(
      q.Create(q.Collection('users'), { credentials: { password: 'a' }, data: { x: 1 } }),
    )
    expect(made).toEqual({ ref: made.ref, ts: made.ts, data: { x: 1 } })
    expect(await server.query(q.Identify(made.ref, 'a'))).toBe(true)
    await admin.query(q.Update(made.ref, { credentials: { password: 'b' } }))
    expect(await server.query(q.Identify(made.ref, 'b'))).toBe(true)
    await admin.query(q.Update(made.ref, { credentials: null }))
    expect(await server.query(q.Identify(made.ref, 'b'))).toBe(true)
    await admin.query(q.Replace(made.ref, { credentials: { password: 'c' } }))
    expect(await server.query(q.Identify(made.ref, 'c'))).toBe(true)
    await admin.query(q.Update(user, { credentials: { password: 'd' } }))
    expect(await server.query(q.Identify(user, 'd'))).toBe(true)
    expect(await server.data(q.Paginate(q.Documents(q.Credentials())))).toHaveLength(2)
  })

  it('that are wrong spoil the write of their document', async () => {
    const { server, dump } = await withUser(open)
    const before = await dump()
    const made = q.Create(q.Collection('users'), { credentials: { password: 1 } })
    expect(await server.refusal(made)).toEqual(
      invalid(['create'], wrongType('Long', 'String', 'password')),
    )
    expect(await server.refusal(q.Create(q.Collection('users'), { credentials: 'x' }))).toEqual(
      invalid(['create'], wrongType('String', 'Map', 'credentials')),
    )
    expect(await dump()).toEqual(before)
  })

  it('outlive their document', async () => {
    const { server, user } = await withUser(open)
    await server.query(q.Update(user, { credentials: { password: 'a' } }))
    await server.query(q.Delete(user))
    const { secret } = await server.query(q.Login(user, { password: 'a' }))
    expect(secret).toMatch(/^fnE/)
  })

  it('are read by their own token, and by no other', async () => {
    const { server, user, withToken } = await withUser(open)
    const { ref } = await server.query(q.Create(q.Credentials(), { instance: user, password: 'a' }))
    const other = await server.query(q.Create(q.Collection('users'), {}))
    const [own, foreign] = [await withToken(user), await withToken(other.ref)]
    expect(await own.query(q.Get(ref))).toMatchObject({ instance: user })
    expect(await own.refusal(q.Update(ref, { password: 'b' }))).toEqual(permissionDenied())
    expect(await foreign.refusal(q.Get(ref))).toEqual(permissionDenied())
  })
})
