import { expect, it } from 'vitest'
import { describeDataApi } from '../../testing/describe-data-api.ts'
import {
  alreadyExists,
  failure,
  invalid,
  permissionDenied,
  refused,
  required,
  wrongType,
} from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

const unauthorized = {
  status: 401,
  errors: [{ code: 'unauthorized', description: 'Unauthorized' }],
}

describeDataApi('keys', (open) => {
  it('show their secret once, and their hash always', async () => {
    const { admin, as } = await open()
    const made = await admin.query(q.CreateKey({ role: 'server', data: { a: 1 } }))
    expect(Object.keys(made)).toEqual(['ref', 'ts', 'role', 'data', 'secret', 'hashed_secret'])
    expect(made.secret).toMatch(/^fnA[\w-]{37}$/)
    expect(made.hashed_secret).not.toContain(made.secret.slice(14))
    const { secret, ...shown } = made
    expect(await admin.query(q.Get(made.ref))).toEqual(shown)
    expect(await admin.query(q.Update(made.ref, { data: { b: 2 } }))).toMatchObject({
      data: { a: 1, b: 2 },
      hashed_secret: made.hashed_secret,
    })
    expect(await as(secret).query(q.Paginate(q.Collections()))).toEqual({ data: [] })
  })

  it('have a role', async () => {
    const { admin } = await open()
    const failures = async (fields: object) => {
      const { errors } = await admin.refusal(q.CreateKey(fields as never))
      return (errors[0] as { failures: unknown }).failures
    }
    expect(await failures({})).toEqual([required('role')])
    expect(await failures({ role: 1 })).toEqual([wrongType('Long', 'Role', 'role')])
    expect(await failures({ role: ['server'] })).toEqual([wrongType('Array', 'Role', 'role')])
    expect(await failures({ role: 'no' })).toEqual([
      failure(['role'], 'validation failure', 'Role name `no` does not exist.'),
    ])
    expect(await failures({ role: 'admin', database: q.Collections() })).toEqual([
      wrongType('Ref', 'Database Ref', 'database'),
    ])
    expect(await failures({ role: 'admin', ttl: 1, priority: 0, data: 1 })).toEqual([
      wrongType('Long', 'Priority', 'priority'),
      wrongType('Long', 'Time', 'ttl'),
      wrongType('Long', 'Map', 'data'),
    ])
  })

  it('with a hash of their own have no secret to show', async () => {
    const { admin, as } = await open()
    const other = await admin.query(q.CreateKey({ role: 'server' }))
    const { hashed_secret } = other
    const made = await admin.query(q.CreateKey({ role: 'server', hashed_secret } as never))
    expect(made.hashed_secret).toBe(hashed_secret)
    expect(made).not.toHaveProperty('secret')
    await admin.query(q.Update(other.ref, { hashed_secret: 'x' }))
    await as(other.secret).query(1)
  })

  it('take a secret only if it names them', async () => {
    const { admin, as } = await open()
    const { ref, secret } = await admin.query(q.CreateKey({ role: 'server' }))
    const other = await admin.query(q.CreateKey({ role: 'server' }))
    await admin.query(q.Delete(ref))
    expect(await as(secret).refusal(1)).toEqual(unauthorized)
    const wrong = failure(['secret'], 'invalid secret', 'Invalid secret at `List(secret)`')
    for (const bad of ['x', other.secret]) {
      const fields = { role: 'server', secret: bad }
      expect(await admin.refusal(q.Create(ref, fields))).toEqual(invalid(['create'], wrong))
    }
    expect(await admin.query(q.Create(ref, { role: 'client', secret }))).not.toHaveProperty(
      'secret',
    )
    await as(secret).query(1)
    expect(await admin.refusal(q.Create(ref, { role: 'client' }))).toEqual(
      alreadyExists('Key', 'create'),
    )
  })

  it('keep their secret when they are replaced', async () => {
    const { admin, as } = await open()
    const { ref, secret, hashed_secret } = await admin.query(
      q.CreateKey({ role: 'server', data: { a: 1 } }),
    )
    const replaced = await admin.query(q.Replace(ref, { role: 'client' }))
    expect(replaced).toEqual({ ref, ts: replaced.ts, role: 'client', hashed_secret })
    await as(secret).query(1)
  })

  it('stop with the request after they are deleted, or changed', async () => {
    const { admin, as } = await open()
    const { ref, secret } = await admin.query(q.CreateKey({ role: 'admin' }))
    const key = as(secret)
    await key.query(q.CreateCollection({ name: 'c' }))
    await admin.query(q.Update(ref, { role: 'client' }))
    expect(await key.refusal(q.CreateCollection({ name: 'd' }))).toEqual(
      permissionDenied('create_collection'),
    )
    await admin.query(q.Delete(ref))
    expect(await key.refusal(1)).toEqual(unauthorized)
  })

  it('stop at their time to live', async () => {
    const { admin, as, clock } = await open()
    const { ref, secret } = await admin.query(
      q.CreateKey({ role: 'server', ttl: clock.time(60) } as never),
    )
    const key = as(secret)
    clock.advance({ seconds: 59 })
    await key.query(1)
    clock.advance({ seconds: 1 })
    expect(await key.refusal(1)).toEqual(unauthorized)
    expect(await admin.query(q.Exists(ref))).toBe(false)
  })

  it('for a child database open it, and are nothing in it', async () => {
    const { admin, as } = await open()
    await admin.query(q.CreateDatabase({ name: 'child' }))
    const made = await admin.query(q.CreateKey({ role: 'admin', database: q.Database('child') }))
    const child = as(made.secret)
    await child.query(q.CreateCollection({ name: 'inside' }))
    expect(await child.data(q.Paginate(q.Keys()))).toEqual([])
    expect(await child.refusal(q.CurrentToken())).toEqual(
      refused(400, 'invalid token', 'Token metadata is not accessible.', []),
    )
    expect(await admin.query(q.Exists(q.Collection('inside')))).toBe(false)
    await admin.query(q.Delete(q.Database('child')))
    expect(await child.refusal(1)).toEqual(unauthorized)
    expect(await admin.query(q.Exists(made.ref))).toBe(true)
  })

  it('are for admins alone', async () => {
    const { admin, server } = await open()
    const { ref } = await admin.query(q.CreateKey({ role: 'server' }))
    expect(await server.refusal(q.CreateKey({ role: 'client' }))).toEqual(
      permissionDenied('create_key'),
    )
    expect(await server.refusal(q.Get(ref))).toEqual(permissionDenied())
    expect(await server.refusal(q.Paginate(q.Keys()))).toEqual(permissionDenied('paginate'))
    expect(await server.query(q.Exists(ref))).toBe(false)
  })

  it('are not harmed by a key of the same id in another database', async () => {
    const { admin, root, as } = await open()
    const { ref, secret } = await admin.query(q.CreateKey({ role: 'server' }))
    await root.query(q.CreateDatabase({ name: 'evil' }))
    const made = await root.query(q.CreateKey({ role: 'admin', database: q.Database('evil') }))
    const evil = as(made.secret)
    const id = ref.id
    await evil.query(q.Create(q.Ref(q.Keys(), id), { role: 'admin', hashed_secret: 'x' }))
    await as(secret).query(1)
    await evil.query(q.Delete(q.Ref(q.Keys(), id)))
    await as(secret).query(1)
    await admin.query(q.Delete(ref))
    expect(await as(secret).refusal(1)).toEqual(unauthorized)
  })

  it('are found by their secret', async () => {
    const { admin, server } = await open()
    const made = await admin.query(q.CreateKey({ role: 'server' }))
    const { secret, ...shown } = made
    expect(await admin.query(q.KeyFromSecret(secret))).toEqual(shown)
    const missing = (text: string) =>
      refused(400, 'instance not found', `No key found for secret ${text}.`, [])
    expect(await server.refusal(q.KeyFromSecret(secret))).toEqual(missing(secret))
    for (const wrong of ['x', `${secret.slice(0, -2)}AA`, '']) {
      expect(await admin.refusal(q.KeyFromSecret(wrong))).toEqual(missing(wrong))
    }
  })
})
