import { expect, it } from 'vitest'
import { describeDataApi } from '../../testing/describe-data-api.ts'
import {
  alreadyExists,
  failure,
  invalid,
  notFound,
  notUnique,
  permissionDenied,
  refused,
  required,
  wrongType,
} from '../../testing/refusals.ts'
import { q, type TestCaller } from '../../testing/test-data-api.ts'

const jwks = 'https://issuer.example/jwks.json'
const minimal = { name: 'people', issuer: 'https://issuer.example', jwks_uri: jwks }

async function failuresOf(caller: TestCaller, fields: object): Promise<unknown> {
  const { errors } = await caller.refusal(q.CreateAccessProvider({ ...minimal, ...fields }))
  return (errors[0] as { failures: unknown }).failures
}

describeDataApi('access providers', (open) => {
  it('render what they were given, and the audience of their database', async () => {
    const { root, admin } = await open()
    const made = await admin.query(q.CreateAccessProvider({ ...minimal, data: { a: 1 } }))
    expect(Object.keys(made)).toEqual([
      'ref',
      'ts',
      'name',
      'issuer',
      'jwks_uri',
      'data',
      'audience',
    ])
    const id = await root.query<string>(q.Select('global_id', q.Get(q.Database('test'))))
    expect(made.audience).toBe(`https://db.fauna.com/db/${id}`)
    expect(await admin.query(q.Get(q.AccessProvider('people')))).toEqual(made)
    expect(await admin.data(q.Paginate(q.AccessProviders()))).toEqual([made.ref])
    expect(await admin.json(q.AccessProvider('people'))).toBe(
      '{"@ref":{"id":"people","collection":{"@ref":{"id":"access_providers"}}}}',
    )
    const answer = await admin.answer(
      q.CreateAccessProvider({ ...minimal, name: 'b', issuer: 'b' }),
    )
    expect(answer.status).toBe(201)
  })

  it('have a name, an issuer and an address of keys', async () => {
    const { admin } = await open()
    const create = (fields: object) => admin.refusal(q.CreateAccessProvider(fields as never))
    expect(await create({})).toEqual(
      invalid(
        ['create_access_provider'],
        required('name'),
        required('issuer'),
        required('jwks_uri'),
      ),
    )
    expect(await create({ name: 1, issuer: 1, jwks_uri: 1, data: 1 })).toEqual(
      invalid(
        ['create_access_provider'],
        wrongType('Long', 'Name', 'name'),
        wrongType('Long', 'String', 'issuer'),
        wrongType('Long', 'URI', 'jwks_uri'),
        wrongType('Long', 'Map', 'data'),
      ),
    )
  })

  it('fetch keys over TLS, or from this machine', async () => {
    const { admin } = await open()
    const refused = [
      'aUrl',
      'db.fauna.com',
      'http://issuer.example/jwks.json',
      'http://10.0.0.1/jwks.json',
      'http://localhost.example/jwks.json',
      'http://127.0.0.1.example/jwks.json',
      'https://user:password@issuer.example/jwks.json',
      'ftp://127.0.0.1/jwks.json',
      'file:///etc/passwd',
    ]
    for (const uri of refused) {
      expect(await failuresOf(admin, { jwks_uri: uri })).toEqual([
        failure(['jwks_uri'], 'invalid uri', `\`${uri}\` is a not valid URI`),
      ])
    }
    const accepted = [jwks, 'http://127.0.0.1:1/a', 'http://localhost:1/a', 'http://[::1]:1/a']
    for (const [i, uri] of accepted.entries()) {
      const fields = { name: `p${i}`, issuer: `i${i}`, jwks_uri: uri }
      expect((await admin.query(q.CreateAccessProvider(fields))).jwks_uri).toBe(uri)
    }
  })

  it('have names and issuers of their own', async () => {
    const { admin } = await open()
    const duplicate = failure(['issuer'], 'duplicate value', 'Value is not unique.')
    await admin.query(q.CreateAccessProvider(minimal))
    expect(await failuresOf(admin, { name: 'other' })).toEqual([duplicate])
    expect(await admin.refusal(q.CreateAccessProvider({ ...minimal, issuer: 'other' }))).toEqual(
      alreadyExists('other', 'create_access_provider'),
    )
    await admin.query(q.CreateAccessProvider({ ...minimal, name: 'b', issuer: 'b' }))
    const b = q.AccessProvider('b')
    expect(await admin.refusal(q.Update(b, { issuer: minimal.issuer }))).toEqual(
      invalid([], duplicate),
    )
    expect(await admin.refusal(q.Update(b, { name: 'people' }))).toEqual(notUnique())
    await admin.query(
      q.Update(q.AccessProvider('people'), { issuer: minimal.issuer, data: { a: 1 } }),
    )
    await admin.query(q.Delete(q.AccessProvider('people')))
    await admin.query(q.Update(b, { issuer: minimal.issuer, name: 'people' }))
    expect(await admin.refusal(q.Get(b))).toMatchObject({ status: 400 })
  })

  it('take roles by ref and by name, for all and for some', async () => {
    const { admin } = await open()
    const { ref } = await admin.query(q.CreateRole({ name: 'reader' }))
    const predicate = q.Query(q.Lambda('claims', true))
    const roles = async (given: unknown) => {
      const fields = { ...minimal, name: 'p', roles: given }
      const made = await admin.query(q.CreateAccessProvider(fields as never))
      expect((await admin.query(q.Get(made.ref))).roles).toEqual(made.roles)
      await admin.query(q.Delete(made.ref))
      return made.roles
    }
    expect(await roles(null)).toBeUndefined()
    expect(await roles([])).toEqual([])
    expect(await roles('reader')).toEqual(ref)
    expect(await roles(q.Role('reader'))).toEqual(ref)
    expect(await roles(['reader', ref])).toEqual([ref, ref])
    expect(await roles({ role: 'reader', predicate })).toMatchObject({ role: ref })
    expect(await roles([ref, { role: ref, predicate }])).toMatchObject([ref, { role: ref }])
  })

  it('take no other roles', async () => {
    const { admin } = await open()
    const predicate = q.Query(q.Lambda('claims', true))
    await admin.query(q.CreateRole({ name: 'reader' }))
    const roles = (given: unknown) => failuresOf(admin, { roles: given })
    const unknown = (name: string) =>
      failure(['roles'], 'validation failure', `Role \`${name}\` does not exist.`)
    const builtin = (name: string) =>
      failure(['roles'], 'validation failure', `Builtin role \`${name}\` not allowed.`)
    expect(await roles('no')).toEqual([unknown('no')])
    expect(await roles(['admin', 'no', 'server', 'server-readonly', 'client'])).toEqual([
      unknown('no'),
      builtin('admin'),
      builtin('server'),
      builtin('server-readonly'),
      builtin('client'),
    ])
    expect(await roles({ role: 'admin', predicate })).toEqual([builtin('admin')])
    expect(await roles(1)).toEqual([wrongType('Long', 'Role', 'roles')])
    expect(await roles([1, 'reader'])).toEqual([wrongType('Long', 'Role', 'roles')])
    expect(await roles([['reader']])).toEqual([wrongType('Array', 'Role', 'roles')])
    expect(await roles(q.Collections())).toEqual([wrongType('Ref', 'Role', 'roles')])
    expect(await roles([{}])).toEqual([required('role')])
    expect(await roles({ role: 1 })).toEqual([wrongType('Long', 'Role Ref', 'role')])
    expect(await roles({ role: 'reader' })).toEqual([required('predicate')])
    expect(await roles({ role: 'reader', predicate: null })).toEqual([required('predicate')])
    expect(await roles({ role: 'reader', predicate: true })).toEqual([
      wrongType('Boolean', 'Query', 'predicate'),
    ])
    expect(await roles({ role: 'reader', predicate: 'x' })).toEqual([
      wrongType('String', 'Query', 'roles', 'predicate'),
    ])
    expect(
      await admin.refusal(q.CreateAccessProvider({ ...minimal, roles: q.Role('no') })),
    ).toEqual(invalid([], failure(['roles'], 'invalid reference', 'Cannot read reference.')))
  })

  it('keep name, issuer, address and roles when they are replaced, and their audience always', async () => {
    const { admin } = await open()
    await admin.query(q.CreateRole({ name: 'reader' }))
    const made = await admin.query(
      q.CreateAccessProvider({ ...minimal, roles: ['reader'], data: { a: 1 } }),
    )
    const people = q.AccessProvider('people')
    const updated = await admin.query(q.Update(people, { audience: 'mine', data: { b: 2 } }))
    expect(updated).toEqual({ ...made, ts: updated.ts, data: { a: 1, b: 2 } })
    const { data, ...rest } = made
    const replaced = await admin.query(q.Replace(people, { audience: 'mine' }))
    expect(replaced).toEqual({ ...rest, ts: replaced.ts })
    const renamed = await admin.query(q.Update(people, { name: 'folk' }))
    expect(renamed.ref).toEqual(await admin.query(q.AccessProvider('folk')))
    const deleted = await admin.query(q.Delete(q.AccessProvider('folk')))
    expect({ ...deleted, ref: renamed.ref }).toEqual(renamed)
    expect(await admin.query(q.Exists(q.AccessProvider('folk')))).toBe(false)
    expect(await admin.refusal(q.Do(q.Delete(made.ref as never)))).toMatchObject({ status: 400 })
  })

  it('are for admin keys only', async () => {
    const { admin, server, withRole } = await open()
    await admin.query(q.CreateAccessProvider(minimal))
    const create = q.CreateAccessProvider({ ...minimal, name: 'b', issuer: 'b' })
    const people = q.AccessProvider('people')
    for (const caller of [server, await withRole('server-readonly'), await withRole('client')]) {
      expect(await caller.refusal(create)).toEqual(permissionDenied('create_access_provider'))
      expect(await caller.refusal(q.Get(people))).toEqual(permissionDenied())
      expect(await caller.refusal(q.Update(people, {}))).toEqual(permissionDenied())
      expect(await caller.refusal(q.Delete(people))).toEqual(permissionDenied())
    }
    const resource = q.AccessProviders()
    const actions = { create: true, read: true }
    await admin.query(q.CreateRole({ name: 'registrar', privileges: { resource, actions } }))
    const registrar = await withRole(q.Role('registrar'))
    expect(await registrar.query(create)).toMatchObject({ name: 'b' })
    expect(await registrar.query(q.Get(people))).toMatchObject({ name: 'people' })
  })

  it('in the root database, which is no audience, need others', async () => {
    const { root } = await open()
    const unavailable = (...position: string[]) => {
      const why = "The feature 'Create Access Providers' is not available for your plan."
      return refused(400, 'feature not available', why, position)
    }
    expect(await root.refusal(q.CreateAccessProvider(minimal))).toEqual(
      unavailable('create_access_provider'),
    )
    const made = await root.query(q.CreateAccessProvider({ ...minimal, audiences: ['app'] }))
    expect(made).not.toHaveProperty('audience')
    expect(await root.refusal(q.Update(made.ref, { audiences: null }))).toEqual(unavailable())
  })

  it('exist in containers, and in the past', async () => {
    const { root, as } = await open()
    await root.query(q.CreateDatabase({ name: 'box', container: true }))
    const { secret } = await root.query(q.CreateKey({ role: 'admin', database: q.Database('box') }))
    const { ref, ts } = await as(secret).query(q.CreateAccessProvider(minimal))
    await as(secret).query(q.Update(ref, { data: { a: 1 } }))
    expect(await as(secret).query(q.Get(ref, ts))).not.toHaveProperty('data')
  })

  it('that are missing have no name', async () => {
    const { admin } = await open()
    const { ref } = await admin.query(q.CreateAccessProvider(minimal))
    const both = q.Let(
      { ref: q.AccessProvider('people') },
      q.Do(q.Delete(ref), q.Get(q.Var('ref'))),
    )
    expect(await admin.refusal(both)).toEqual(notFound('other', 'in', 'do', 1))
  })
})
