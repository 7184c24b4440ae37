import type { ExprArg } from 'faunadb'
import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../testing/describe-data-api.ts'
import {
  alreadyExists,
  callError,
  failure,
  invalid,
  invalidRef,
  notFound,
  permissionDenied,
  refused,
} from '../testing/refusals.ts'
import { q, type TestCaller } from '../testing/test-data-api.ts'

type Actions = Record<string, ExprArg>

const c = q.Collection('c')
const at = (id: number, collection = 'c') => q.Ref(q.Collection(collection), id)
/** A predicate of these parameters. */
const when = (...names: string[]) => ({ is: (body: ExprArg) => q.Query(q.Lambda(names, body)) })

/** Collections `c` (documents 1 and 2, owned by users 1 and 2) and `users`, an index, a function. */
async function withData(open: Open) {
  const api = await open()
  const { admin, server } = api
  for (const name of ['c', 'users']) await server.query(q.CreateCollection({ name }))
  await server.query(q.CreateIndex({ name: 'x', source: c, terms: [{ field: ['data', 'kind'] }] }))
  for (const id of [1, 2]) {
    await server.query(q.Create(at(id, 'users'), {}))
    await server.query(q.Create(at(id), { data: { owner: at(id, 'users'), kind: 'k', n: id } }))
  }
  await server.query(q.CreateFunction({ name: 'same', body: q.Query(q.Lambda('x', q.Var('x'))) }))
  let roles = 0
  /** A key with a role of these privileges: `[resource, actions]`. */
  const withPrivileges = async (...privileges: readonly (readonly [ExprArg, Actions])[]) => {
    const name = `role${++roles}`
    await admin.query(
      q.CreateRole({
        name,
        privileges: privileges.map(([resource, actions]) => ({ resource, actions })),
      } as never),
    )
    return api.withRole(q.Role(name))
  }
  /** A role for users, with or without a predicate. */
  const memberRole = (actions: Actions, predicate?: ExprArg, resource: ExprArg = c) =>
    admin.query(
      q.CreateRole({
        name: `role${++roles}`,
        privileges: [{ resource, actions }],
        membership: [{ resource: q.Collection('users'), ...(predicate ? { predicate } : {}) }],
      } as never),
    )
  return { ...api, withPrivileges, memberRole }
}

describeDataApi('built-in roles', (open) => {
  it('admin may do everything, server all but databases, keys and roles', async () => {
    const { admin, server } = await withData(open)
    await admin.query(q.CreateDatabase({ name: 'd' }))
    const key = await admin.query(q.CreateKey({ role: 'client' }))
    const role = await admin.query(q.CreateRole({ name: 'r', privileges: [] }))
    for (const ref of [q.Database('d'), key.ref, role.ref]) {
      expect(await server.refusal(q.Get(ref))).toEqual(permissionDenied())
      expect(await server.query(q.Exists(ref))).toBe(false)
      expect(await server.refusal(q.Update(ref, {}))).toEqual(permissionDenied())
      expect(await server.refusal(q.Delete(ref))).toEqual(permissionDenied())
      expect(await admin.query(q.Exists(ref))).toBe(true)
    }
    for (const set of [q.Databases(), q.Keys(), q.Roles()]) {
      expect(await server.refusal(q.Paginate(set))).toEqual(permissionDenied('paginate'))
      expect(await server.data(q.Paginate(q.Documents(set)))).toEqual([])
    }
    expect(await server.refusal(q.CreateDatabase({ name: 'e' }))).toEqual(
      permissionDenied('create_database'),
    )
    expect(await server.refusal(q.CreateKey({ role: 'client' }))).toEqual(
      permissionDenied('create_key'),
    )
    expect(await server.refusal(q.CreateRole({ name: 's', privileges: [] }))).toEqual(
      permissionDenied('create_role'),
    )
    expect(await server.data(q.Paginate(q.Tokens()))).toEqual([])
    expect(await server.data(q.Paginate(q.Collections()))).toHaveLength(2)
  })

  it('server-readonly reads what server reads, and neither writes nor calls', async () => {
    const { withRole } = await withData(open)
    const reader = await withRole('server-readonly')
    expect(await reader.query(q.Get(at(1)))).toMatchObject({ data: { n: 1 } })
    expect(await reader.data(q.Paginate(q.Match('x', 'k')))).toHaveLength(2)
    expect(await reader.data(q.Paginate(q.Functions()))).toHaveLength(1)
    expect(await reader.query(q.Paginate(at(1)))).toMatchObject({ data: [{}] })
    expect(await reader.refusal(q.Create(c, {}))).toEqual(permissionDenied('create'))
    expect(await reader.refusal(q.Update(at(1), {}))).toEqual(permissionDenied())
    expect(await reader.refusal(q.Delete(at(1)))).toEqual(permissionDenied())
    expect(await reader.refusal(q.Call('same', 1))).toEqual(permissionDenied())
    expect(await reader.refusal(q.Paginate(q.Keys()))).toEqual(permissionDenied('paginate'))
  })

  it('client reads nothing', async () => {
    const { withRole } = await withData(open)
    const client = await withRole('client')
    expect(await client.query(q.Add(1, 2))).toBe(3)
    expect(await client.query(q.Exists(at(1)))).toBe(false)
    expect(await client.refusal(q.Get(at(1)))).toEqual(permissionDenied())
    expect(await client.refusal(q.Get(at(9)))).toEqual(permissionDenied())
    expect(await client.data(q.Paginate(q.Documents(c)))).toEqual([])
    expect(await client.refusal(q.Paginate(q.Match('x', 'k')))).toEqual(
      permissionDenied('paginate'),
    )
    expect(await client.refusal(q.Exists(q.Match('x', 'k')))).toEqual(permissionDenied('exists'))
    expect(await client.refusal(q.Get(q.Match('x', 'k')))).toEqual(permissionDenied('get'))
    expect(await client.refusal(q.Paginate(at(1)))).toEqual(permissionDenied('paginate'))
    expect(await client.refusal(q.Call('same', 1))).toEqual(permissionDenied())
    expect(await client.refusal(q.Create(c, {}))).toEqual(permissionDenied('create'))
  })
})

describeDataApi('privileges', (open) => {
  it('grant one action each', async () => {
    const { withPrivileges } = await withData(open)
    const one = (actions: Actions) => withPrivileges([c, actions])
    const reader = await one({ read: true })
    expect(await reader.query(q.Get(at(1)))).toMatchObject({ data: { n: 1 } })
    expect(await reader.refusal(q.Update(at(1), {}))).toEqual(permissionDenied())
    expect(await reader.refusal(q.Paginate(at(1)))).toEqual(permissionDenied('paginate'))
    expect(await reader.data(q.Paginate(q.Documents(c)))).toHaveLength(2)

    const writer = await one({ write: true })
    await writer.query(q.Update(at(1), { data: { a: 1 } }))
    await writer.query(q.Replace(at(1), { data: { n: 1 } }))
    expect(await writer.refusal(q.Get(at(1)))).toEqual(permissionDenied())
    expect(await writer.refusal(q.Delete(at(1)))).toEqual(permissionDenied())

    const creator = await one({ create: true })
    const { ref } = await creator.query(q.Create(c, {}))
    expect(await creator.refusal(q.Create(at(50), {}))).toEqual(permissionDenied('create'))
    expect(await creator.refusal(q.Get(ref))).toEqual(permissionDenied())

    const numberer = await one({ create_with_id: true })
    await numberer.query(q.Create(at(50), {}))
    expect(await numberer.refusal(q.Create(c, {}))).toEqual(permissionDenied('create'))
    expect(await numberer.refusal(q.Create(at(50), {}))).toEqual(
      alreadyExists('Document', 'create'),
    )
    const both = await one({ create: true, history_write: true })
    await both.query(q.Create(at(51), {}))
    const half = await one({ history_write: true })
    expect(await half.refusal(q.Create(at(52), {}))).toEqual(permissionDenied('create'))

    const deleter = await one({ delete: true })
    await deleter.query(q.Delete(at(50)))
    expect(await deleter.refusal(q.Delete(at(50)))).toEqual(notFound('Document'))

    const historian = await one({ history_read: true })
    expect(await historian.data(q.Paginate(at(1)))).toHaveLength(1)
    expect(await historian.refusal(q.Get(at(1)))).toEqual(permissionDenied())

    const unrestricted = await one({ unrestricted_read: true })
    expect(await unrestricted.data(q.Paginate(q.Documents(c)))).toHaveLength(4)
    expect(await unrestricted.refusal(q.Get(at(1)))).toEqual(permissionDenied())
  })

  it('of an index show what may be read, or everything', async () => {
    const { withPrivileges } = await withData(open)
    const x = q.Index('x')
    const page = q.Paginate(q.Match('x', 'k'))
    const blind = await withPrivileges([x, { read: true }])
    expect(await blind.data(page)).toEqual([])
    expect(await blind.query(q.Exists(q.Match('x', 'k')))).toBe(false)
    const own = when('r').is(q.Equals(q.Select(['data', 'n'], q.Get(q.Var('r'))), 2))
    const some = await withPrivileges([x, { read: true }], [c, { read: own }])
    expect(await some.data(page)).toMatchObject([{ value: { id: '2' } }])
    expect(await some.query(q.Get(q.Match('x', 'k')))).toMatchObject({ data: { n: 2 } })
    expect(await some.query(q.Exists(q.Match('x', 'k')))).toBe(true)
    const all = await withPrivileges([x, { unrestricted_read: true }])
    expect(await all.data(page)).toHaveLength(2)
    expect(await all.refusal(q.Get(q.Match('x', 'k')))).toEqual(permissionDenied())
    const none = await withPrivileges([c, { read: true }])
    expect(await none.refusal(page)).toEqual(permissionDenied('paginate'))
    const terms = q.Query(q.Lambda('terms', q.Equals(q.Var('terms'), ['k'])))
    const termed = await withPrivileges([x, { unrestricted_read: terms }])
    expect(await termed.data(page)).toHaveLength(2)
    expect(await termed.refusal(q.Paginate(q.Match('x', 'other')))).toEqual(
      permissionDenied('paginate'),
    )
    expect(await termed.refusal(q.Paginate(q.Match('x')))).toEqual(permissionDenied('paginate'))
  })

  it('fill pages in spite of what is left out of them', async () => {
    const { withPrivileges, server } = await withData(open)
    await server.query(
      q.Foreach(
        Array.from({ length: 20 }, (_, i) => i + 10),
        q.Lambda('i', q.Create(q.Ref(c, q.Var('i')), { data: { n: q.Var('i') } })),
      ),
    )
    const even = when('r').is(q.Equals(0, q.Modulo(q.Select(['data', 'n'], q.Get(q.Var('r'))), 2)))
    const caller = await withPrivileges([c, { read: even }])
    const page = await caller.query<{ data: { id: string }[]; after: unknown }>(
      q.Paginate(q.Documents(c), { size: 3 }),
    )
    expect(page.data.map(({ id }) => id)).toEqual(['2', '10', '12'])
    expect(page.after).toMatchObject([{ value: { id: '14' } }])
  })

  it('on built-in collections concern the documents of that type', async () => {
    const { withPrivileges, server } = await withData(open)
    const reader = await withPrivileges([q.Functions(), { read: true }])
    expect(await reader.query(q.Get(q.Function('same')))).toMatchObject({ name: 'same' })
    expect(await reader.refusal(q.Paginate(q.Functions()))).toEqual(permissionDenied('paginate'))
    expect(await reader.data(q.Paginate(q.Documents(q.Functions())))).toHaveLength(1)
    const lister = await withPrivileges(
      [q.Collections(), { read: when('r').is(q.Equals(q.Var('r'), q.Functions())) }],
      [q.Functions(), { read: true }],
    )
    expect(await lister.data(q.Paginate(q.Functions()))).toHaveLength(1)
    expect(await lister.refusal(q.Paginate(q.Indexes()))).toEqual(permissionDenied('paginate'))
    const maker = await withPrivileges([q.Tokens(), { create: true }])
    await maker.query(q.Create(q.Tokens(), { instance: at(1, 'users') }))
    const schema = await withPrivileges([q.Indexes(), { create: true }])
    expect(await schema.refusal(q.CreateIndex({ name: 'y', source: c }))).toEqual(
      invalid(['create_index'], failure(['source'], 'invalid reference', 'Cannot read reference.')),
    )
    expect(await server.query(q.Exists(q.Index('y')))).toBe(false)
  })

  it('that make no sense are kept, and grant nothing', async () => {
    const { withPrivileges } = await withData(open)
    const caller = await withPrivileges([c, { call: true, read: false }])
    expect(await caller.refusal(q.Get(at(1)))).toEqual(permissionDenied())
  })

  it('add up over the roles of a key, and end with them', async () => {
    const { admin, as, withPrivileges } = await withData(open)
    await withPrivileges([c, { read: true }])
    await withPrivileges([c, { delete: true }])
    const role = [q.Role('role1'), q.Role('role2')]
    const caller = as((await admin.query(q.CreateKey({ role }))).secret)
    expect(await caller.query(q.Get(at(1)))).toMatchObject({ data: { n: 1 } })
    await caller.query(q.Delete(at(1)))
    await admin.query(q.Delete(q.Role('role2')))
    expect(await caller.refusal(q.Delete(at(2)))).toEqual(permissionDenied())
    await admin.query(q.Update(q.Role('role1'), { privileges: [] }))
    expect(await caller.refusal(q.Get(at(2)))).toEqual(permissionDenied())
    await admin.query(q.Delete(q.Role('role1')))
    expect(await caller.query(1)).toBe(1)
    expect(await caller.refusal(q.Get(at(2)))).toEqual(permissionDenied())
  })
})

describeDataApi('predicates', (open) => {
  /** Whether a caller may do something that has the predicate for its privilege. */
  const allowed = async (caller: TestCaller, expression: ExprArg) => {
    try {
      await caller.query(expression)
      return true
    } catch {
      return false
    }
  }

  it('are given the document before and after, and its ref if they take three', async () => {
    const { withPrivileges, server } = await withData(open)
    const two = when('old', 'new').is(
      q.And(
        q.Equals(q.Var('old'), q.Merge({ data: q.Select('data', q.Var('old')) }, {})),
        q.Equals(
          q.Select(['data', 'owner'], q.Var('old')),
          q.Select(['data', 'owner'], q.Var('new')),
        ),
      ),
    )
    const writer = await withPrivileges([c, { write: two }])
    await writer.query(q.Update(at(1), { data: { a: 1 } }))
    expect(await writer.refusal(q.Update(at(1), { data: { owner: at(2, 'users') } }))).toEqual(
      permissionDenied(),
    )
    // A replace is judged by the old document merged with what is given.
    await writer.query(q.Replace(at(1), { data: { b: 2 } }))
    expect((await server.query(q.Get(at(1)))).data).toEqual({ b: 2 })
    const three = when('old', 'new', 'ref').is(q.Equals(q.Select('id', q.Var('ref')), '2'))
    const second = await withPrivileges([c, { write: three }])
    await second.query(q.Update(at(2), {}))
    expect(await second.refusal(q.Update(at(1), {}))).toEqual(permissionDenied())
  })

  it('are given what is to be created, and its ref if they take two', async () => {
    const { withPrivileges } = await withData(open)
    const one = when('new').is(q.Equals(q.Var('new'), { data: { a: 1 } }))
    const creator = await withPrivileges([c, { create: one }])
    await creator.query(q.Create(c, { data: { a: 1 }, dropped: true }))
    expect(await creator.refusal(q.Create(c, { data: { a: 2 } }))).toEqual(
      permissionDenied('create'),
    )
    const two = when('new', 'ref').is(q.Equals(q.Select('id', q.Var('ref')), '7'))
    const numberer = await withPrivileges([c, { create_with_id: two }])
    await numberer.query(q.Create(at(7), {}))
    expect(await numberer.refusal(q.Create(at(8), {}))).toEqual(permissionDenied('create'))
    const data = when('new').is(q.Equals(q.Select(['data', 'a'], q.Var('new')), 1))
    const other = await withPrivileges([c, { create_with_id: data }])
    await other.query(q.Create(at(9), { data: { a: 1 } }))
    const four = when('ref', 'ts', 'action', 'new').is(
      q.And(q.Equals(q.Var('action'), 'create'), q.IsTimestamp(q.Var('ts'))),
    )
    const historian = await withPrivileges([c, { create: true, history_write: four }])
    await historian.query(q.Create(at(10), {}))
  })

  it('deny by an error, by any value but true, and by a write', async () => {
    const { withPrivileges, dump } = await withData(open)
    const bodies: ExprArg[] = [
      false,
      1,
      'true',
      q.Abort('no'),
      q.Get(at(99)),
      q.Create(c, {}),
      q.NewId(),
      q.Do(q.Delete(at(1)), true),
      q.CurrentIdentity(),
      q.Paginate(at(1)),
      q.Exists(q.Role('role1')),
    ]
    for (const body of bodies) {
      const caller = await withPrivileges([c, { read: when('r').is(body) }])
      const before = await dump()
      expect(await caller.refusal(q.Get(at(1)))).toEqual(permissionDenied())
      expect(await caller.query(q.Exists(at(1)))).toBe(false)
      expect(await dump()).toEqual(before)
    }
  })

  it('read whatever a server reads, through indexes and functions too', async () => {
    const { withPrivileges } = await withData(open)
    const bodies: ExprArg[] = [
      true,
      q.Exists(q.Var('r')),
      q.Equals(q.Count(q.Match('x', 'k')), 2),
      q.Call('same', true),
      q.Not(q.IsEmpty(q.Documents(q.Collection('users')))),
      q.HasCurrentToken(),
    ]
    for (const body of bodies) {
      const caller = await withPrivileges([c, { read: when('r').is(body) }])
      expect(await allowed(caller, q.Get(at(1)))).toBe(true)
    }
  })

  it('see what the query has written', async () => {
    const { withPrivileges } = await withData(open)
    const open_ = when('r').is(q.Equals(q.Select(['data', 'open'], q.Get(q.Var('r')), false), true))
    const caller = await withPrivileges([c, { read: open_, write: true }])
    expect(await caller.refusal(q.Get(at(1)))).toEqual(permissionDenied())
    const both = q.Do(q.Update(at(1), { data: { open: true } }), q.Get(at(1)))
    expect(await caller.query(both)).toMatchObject({ data: { open: true } })
  })

  it('of the wrong number of parameters deny', async () => {
    const { withPrivileges } = await withData(open)
    const caller = await withPrivileges([c, { read: when('a', 'b').is(true) }])
    expect(await caller.refusal(q.Get(at(1)))).toEqual(permissionDenied())
  })
})

describeDataApi('members of roles', (open) => {
  it('are the documents of a collection, by their tokens', async () => {
    const { memberRole, withToken } = await withData(open)
    const [one, two] = [await withToken(at(1, 'users')), await withToken(at(2, 'users'))]
    expect(await one.refusal(q.Get(at(1)))).toEqual(permissionDenied())
    const owner = when('r').is(
      q.Equals(q.Select(['data', 'owner'], q.Get(q.Var('r'))), q.CurrentIdentity()),
    )
    await memberRole({ read: owner })
    expect(await one.query(q.Get(at(1)))).toMatchObject({ data: { n: 1 } })
    expect(await one.refusal(q.Get(at(2)))).toEqual(permissionDenied())
    expect(await two.query(q.Get(at(2)))).toMatchObject({ data: { n: 2 } })
    expect(await one.data(q.Paginate(q.Documents(c)))).toMatchObject([{ value: { id: '1' } }])
  })

  it('may be chosen by a predicate, for each request anew', async () => {
    const { memberRole, withToken, server } = await withData(open)
    const vip = when('r').is(q.Equals(q.Select(['data', 'vip'], q.Get(q.Var('r'))), true))
    await memberRole({ read: true }, vip)
    const one = await withToken(at(1, 'users'))
    expect(await one.refusal(q.Get(at(1)))).toEqual(permissionDenied())
    await server.query(q.Update(at(1, 'users'), { data: { vip: true } }))
    expect(await one.query(q.Get(at(2)))).toMatchObject({ data: { n: 2 } })
    await server.query(q.Update(at(1, 'users'), { data: { vip: false } }))
    expect(await one.refusal(q.Get(at(1)))).toEqual(permissionDenied())
  })

  it('may be told apart by the token in use', async () => {
    const { memberRole, withToken } = await withData(open)
    const access = when('r').is(
      q.Equals(q.Select(['data', 'type'], q.Get(q.CurrentToken())), 'access'),
    )
    await memberRole({ read: true }, access)
    const user = at(1, 'users')
    const reader = await withToken(user, { data: { type: 'access' } })
    const refresher = await withToken(user, { data: { type: 'refresh' } })
    expect(await reader.query(q.Get(at(1)))).toMatchObject({ data: { n: 1 } })
    expect(await refresher.refusal(q.Get(at(1)))).toEqual(permissionDenied())
  })

  it('of no role read their own document, tokens and credentials, and no more', async () => {
    const { withToken, server, memberRole } = await withData(open)
    const user = at(1, 'users')
    const { ref: credentials } = await server.query(
      q.Create(q.Credentials(), { instance: user, password: 'x' }),
    )
    const token = await withToken(user)
    const own = await token.query<ExprArg>(q.CurrentToken())
    const other = await (await withToken(at(2, 'users'))).query<ExprArg>(q.CurrentToken())
    expect(await token.query(q.Get(user))).toMatchObject({ ref: { value: { id: '1' } } })
    expect(await token.query(q.Get(own))).toMatchObject({ instance: { value: { id: '1' } } })
    expect(await token.query(q.Get(credentials))).toMatchObject({ ref: credentials })
    expect(await token.refusal(q.Get(other))).toEqual(permissionDenied())
    expect(await token.refusal(q.Get(at(2, 'users')))).toEqual(permissionDenied())
    expect(await token.refusal(q.Update(user, {}))).toEqual(permissionDenied())
    expect(await token.refusal(q.Update(own, {}))).toEqual(permissionDenied())
    expect(await token.refusal(q.Delete(credentials))).toEqual(permissionDenied())
    expect(await token.data(q.Paginate(q.Documents(q.Tokens())))).toEqual([own])

    await memberRole({}, when('r').is(false))
    expect(await token.query(q.Exists(user))).toBe(true)
    await memberRole({})
    expect(await token.refusal(q.Get(user))).toEqual(permissionDenied())
    expect(await token.query(q.Exists(own))).toBe(true)
    await token.query(q.Delete(own))
    expect(await token.refusal(1)).toMatchObject({ status: 401 })
  })
})

describeDataApi('functions', (open) => {
  const calling = (name: string, body: ExprArg, role?: ExprArg) =>
    q.CreateFunction({ name, body: q.Query(body as never), ...(role ? { role } : {}) } as never)

  it('run as their caller, or under their own role', async () => {
    const { admin, withPrivileges } = await withData(open)
    const read = q.Lambda('_', q.Select(['data', 'n'], q.Get(at(1))))
    await admin.query(calling('mine', read))
    await admin.query(calling('theirs', read, 'server'))
    await admin.query(calling('less', read, 'client'))
    const call = { call: true }
    const caller = await withPrivileges(
      [q.Function('mine'), call],
      [q.Function('theirs'), call],
      [q.Function('less'), call],
    )
    expect(await caller.query(q.Call('theirs'))).toBe(1)
    const cause = permissionDenied('expr', 'from').errors
    expect(await caller.refusal(q.Call('mine'))).toEqual(callError(cause))
    expect(await admin.query(q.Call('mine'))).toBe(1)
    expect(await admin.refusal(q.Call('less'))).toEqual(callError(cause))
  })

  it('of a role that is gone may do nothing', async () => {
    const { admin } = await withData(open)
    const role = await admin.query(
      q.CreateRole({ name: 'r', privileges: [{ resource: c, actions: { read: true } }] }),
    )
    await admin.query(calling('f', q.Lambda('_', q.Exists(at(1))), role.ref))
    expect(await admin.query(q.Call('f'))).toBe(true)
    await admin.query(q.Delete(role.ref))
    expect(await admin.query(q.Call('f'))).toBe(false)
  })

  it('called by the root secret keep its rights', async () => {
    const { root } = await open()
    await root.query(q.CreateCollection({ name: 'c' }))
    await root.query(calling('f', q.Lambda('_', q.Exists(q.Collection('c'))), 'client'))
    expect(await root.query(q.Call('f'))).toBe(true)
  })

  it('keep the identity and the token of their caller', async () => {
    const { admin, withToken, memberRole } = await withData(open)
    const who = [q.CurrentIdentity(), q.HasCurrentToken()]
    await admin.query(calling('who', q.Lambda('_', who), 'server'))
    await memberRole({ call: true }, undefined, q.Function('who'))
    const token = await withToken(at(1, 'users'))
    expect(await token.query(q.Call('who'))).toMatchObject([{ value: { id: '1' } }, true])
    // In predicates of a function's own role there is no identity.
    const known = when('r').is(q.HasCurrentIdentity())
    const role = await admin.query(
      q.CreateRole({
        name: 'knower',
        privileges: [{ resource: c, actions: { read: known } }],
      } as never),
    )
    await admin.query(calling('knows', q.Lambda('_', q.Exists(at(1))), role.ref))
    await memberRole({ call: true }, undefined, q.Function('knows'))
    expect(await token.query(q.Call('knows'))).toBe(false)
  })

  it('are called with their arguments as the predicate sees them', async () => {
    const { withPrivileges } = await withData(open)
    const one = q.Query(q.Lambda('x', q.Equals(q.Var('x'), 1)))
    const caller = await withPrivileges([q.Function('same'), { call: one }])
    expect(await caller.query(q.Call('same', 1))).toBe(1)
    expect(await caller.refusal(q.Call('same', 2))).toEqual(permissionDenied())
    expect(await caller.refusal(q.Call('same'))).toEqual(permissionDenied())
    expect(await caller.refusal(q.Call('no'))).toEqual(invalidRef('function', 'no', 'call'))
    const two = q.Query(q.Lambda(['a', 'b'], q.Equals(q.Var('b'), 2)))
    const other = await withPrivileges([q.Function('same'), { call: two }])
    expect(await other.query(q.Call('same', 1, 2))).toEqual([1, 2])
  })

  it('wrap what goes wrong inside, level by level', async () => {
    const { server } = await withData(open)
    await server.query(calling('inner', q.Lambda([], q.Abort('stop'))))
    await server.query(calling('outer', q.Lambda('_', q.Add(1, q.Call('inner')))))
    const abort = { position: ['expr'], code: 'transaction aborted', description: 'stop' }
    const [inner] = callError([abort], 'expr', 'add', 1).errors
    expect(await server.refusal([q.Call('outer')])).toEqual(callError([inner], 0))
  })

  it('take as many arguments as they have parameters', async () => {
    const { server } = await withData(open)
    await server.query(calling('none', q.Lambda([], 'none')))
    await server.query(calling('one', q.Lambda(['x'], q.Var('x'))))
    await server.query(calling('two', q.Lambda(['x', 'y'], [q.Var('y'), q.Var('x')])))
    expect(await server.query(q.Call('none'))).toBe('none')
    expect(await server.query(q.Call('one', 1))).toBe(1)
    expect(await server.query(q.Call('two', 1, 2))).toEqual([2, 1])
    const cause = {
      position: ['lambda'],
      code: 'invalid argument',
      description: 'Lambda expects an array with 2 elements. Array contains 1.',
    }
    expect(await server.refusal(q.Call('two', 1))).toEqual(callError([cause]))
  })

  it('nest 200 deep, not 201', async () => {
    const { server } = await withData(open)
    const more = q.If(q.Equals(q.Var('n'), 1), 'done', q.Call('down', q.Subtract(q.Var('n'), 1)))
    await server.query(calling('down', q.Lambda('n', 0)))
    await server.query(q.Update(q.Function('down'), { body: q.Query(q.Lambda('n', more)) }))
    expect(await server.query(q.Call('down', 200))).toBe('done')
    expect(await server.refusal(q.Call('down', 201))).toEqual(
      refused(400, 'stack overflow', 'Call stack reached the maximum limit of 200.', []),
    )
  })

  it('that end in a create answer 201', async () => {
    const { server } = await withData(open)
    await server.query(calling('make', q.Lambda('_', q.Create(c, {}))))
    expect(await server.answer(q.Call('make'))).toMatchObject({ status: 201 })
  })

  it('that fail undo everything', async () => {
    const { server, dump } = await withData(open)
    await server.query(calling('f', q.Lambda('_', q.Do(q.Create(c, {}), q.Abort('no')))))
    const before = await dump()
    expect(await server.refusal(q.Do(q.Delete(at(1)), q.Call('f')))).toMatchObject({ status: 400 })
    expect(await dump()).toEqual(before)
  })
})

describeDataApi('child databases', (open) => {
  it('are read by an admin key of their parent, and their functions called', async () => {
    const { admin, as, server } = await withData(open)
    await admin.query(q.CreateDatabase({ name: 'child' }))
    const key = await admin.query(q.CreateKey({ role: 'admin', database: q.Database('child') }))
    const child = as(key.secret)
    await child.query(q.CreateCollection({ name: 'd' }))
    await child.query(q.CreateIndex({ name: 'all', source: q.Collection('d') }))
    await child.query(q.Create(q.Ref(q.Collection('d'), 1), { data: { a: 1 } }))
    await child.query(q.CreateFunction({ name: 'f', body: q.Query(q.Lambda('x', [q.Var('x')])) }))
    const down = q.Database('child')
    expect(await admin.data(q.Paginate(q.Match(q.Index('all', down))))).toHaveLength(1)
    expect(await admin.data(q.Paginate(q.Documents(q.Collection('d', down))))).toHaveLength(1)
    expect(await admin.query(q.Call(q.Function('f', down), 1))).toEqual([1])
    expect(await server.query(q.Exists(q.Ref(q.Collection('d', down), 1)))).toBe(true)
    expect(await child.query(q.Exists(q.Collection('c')))).toBe(false)
    expect(await child.refusal(q.Paginate(q.Match('x', 'k')))).toEqual(
      invalidRef('index', 'x', 'paginate', 'index'),
    )
  })
})
