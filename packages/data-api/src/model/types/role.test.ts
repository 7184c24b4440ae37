import { expect, it } from 'vitest'
import { describeDataApi } from '../../testing/describe-data-api.ts'
import { failure, invalid, required, wrongType } from '../../testing/refusals.ts'
import { q } from '../../testing/test-data-api.ts'

const always = q.Query(q.Lambda('_', true))
const of = (names: string[]) => q.Query(q.Lambda(names, true))

describeDataApi('roles', (open) => {
  it('render what they were given, without unknown actions', async () => {
    const { admin } = await open()
    await admin.query(q.CreateCollection({ name: 'c' }))
    const resource = q.Collection('c')
    const made = await admin.json(
      q.CreateRole({
        name: 'r',
        privileges: [
          { resource, actions: { read: true, dance: true, write: false, call: always } },
        ],
        membership: { resource, predicate: always },
        data: { a: 1 },
      }),
    )
    const c = { '@ref': { id: 'c', collection: { '@ref': { id: 'collections' } } } }
    const query = { '@query': { api_version: '4', lambda: '_', expr: true } }
    expect(JSON.parse(made)).toMatchObject({
      name: 'r',
      privileges: [{ resource: c, actions: { read: true, write: false, call: query } }],
      membership: { resource: c, predicate: query },
      data: { a: 1 },
    })
    expect(made).not.toContain('dance')
    expect(await admin.json(q.Get(q.Role('r')))).toBe(made)
  })

  it('may have neither privileges nor members', async () => {
    const { admin } = await open()
    const made = await admin.query(q.CreateRole({ name: 'r' } as never))
    expect(made).toEqual({ ref: made.ref, ts: made.ts, name: 'r' })
    await admin.query(q.CreateRole({ name: 's', privileges: [], membership: [] } as never))
  })

  it('say where a privilege or membership is wrong', async () => {
    const { admin } = await open()
    await admin.query(q.CreateCollection({ name: 'c' }))
    const resource = q.Collection('c')
    const failures = async (fields: object) => {
      const refusal = await admin.refusal(q.CreateRole({ name: 'r', ...fields } as never))
      expect(refusal).toMatchObject({ status: 400, errors: [{ position: ['create_role'] }] })
      return (refusal.errors[0] as { failures: unknown }).failures
    }
    expect(await failures({ privileges: 1 })).toEqual([
      wrongType('Long', 'Privilege', 'privileges'),
    ])
    expect(await failures({ membership: 'x' })).toEqual([
      wrongType('String', 'Membership', 'membership'),
    ])
    expect(await failures({ privileges: [{ actions: {} }] })).toEqual([required('resource')])
    expect(await failures({ privileges: [{ resource: 1 }] })).toEqual([
      wrongType('Long', 'Ref', 'resource'),
    ])
    expect(await failures({ privileges: [{ resource: 'c' }] })).toEqual([
      wrongType('String', 'Ref', 'privileges', 'resource'),
    ])
    expect(await failures({ privileges: { resource, actions: { read: 'x' } } })).toEqual([
      wrongType('String', 'RoleAction', 'privileges', 'actions', 'read'),
    ])
    expect(await failures({ membership: [{}] })).toEqual([required('resource')])
    expect(await failures({ membership: [{ resource: 'c' }] })).toEqual([
      wrongType('String', 'Class Ref', 'membership', 'resource'),
    ])
    expect(await failures({ membership: [{ resource, predicate: 1 }] })).toEqual([
      wrongType('Long', 'Query', 'predicate'),
    ])
    expect(await failures({ membership: [{ resource, predicate: 'x' }] })).toEqual([
      wrongType('String', 'Query', 'membership', 'predicate'),
    ])
  })

  it('check how many parameters a single predicate has, and those in lists not at all', async () => {
    const { admin } = await open()
    await admin.query(q.CreateCollection({ name: 'c' }))
    const resource = q.Collection('c')
    const arity = {
      read: 1,
      write: 2,
      create: 1,
      create_with_id: 2,
      delete: 1,
      history_read: 1,
      history_write: 4,
      unrestricted_read: 1,
      call: 1,
    }
    for (const [action, count] of Object.entries(arity)) {
      const make = (predicate: object) =>
        q.CreateRole({
          name: action,
          privileges: { resource, actions: { [action]: predicate } },
        } as never)
      const wrong = of(Array.from({ length: count + 1 }, (_, i) => `p${i}`))
      const why = `Found lambda with arity ${count + 1} expected ${count}`
      const path = ['privileges', 'actions', action]
      expect(await admin.refusal(make(wrong))).toEqual(
        invalid(['create_role'], failure(path, 'invalid arity', why)),
      )
      const right = of(Array.from({ length: count }, (_, i) => `p${i}`))
      await admin.query(q.Delete(q.Select('ref', q.Do(make(right)))))
      await admin.query(make(always))
    }
    const listed = [{ resource, actions: { write: of(['a', 'b', 'c']) } }]
    await admin.query(q.CreateRole({ name: 'list', privileges: listed } as never))
    const member = { resource, predicate: of(['a', 'b']) }
    expect(await admin.refusal(q.CreateRole({ name: 'm', membership: member } as never))).toEqual(
      invalid(
        ['create_role'],
        failure(
          ['membership', 'predicate'],
          'invalid arity',
          'Found lambda with arity 2 expected 1',
        ),
      ),
    )
  })

  it('keep their name when they are replaced', async () => {
    const { admin } = await open()
    await admin.query(q.CreateRole({ name: 'r', privileges: [], data: { a: 1 } } as never))
    const replaced = await admin.query(q.Replace(q.Role('r'), { privileges: [] }))
    expect(replaced).toEqual({ ref: replaced.ref, ts: replaced.ts, name: 'r', privileges: [] })
  })

  it('of one collection are at most 64', async () => {
    const { admin } = await open()
    await admin.query(q.CreateCollection({ name: 'c' }))
    const make = (i: number) =>
      q.CreateRole({ name: `r${i}`, membership: [{ resource: q.Collection('c') }] } as never)
    await admin.query(q.Do(...Array.from({ length: 64 }, (_, i) => make(i))))
    expect(await admin.refusal(make(64))).toEqual(
      invalid(
        ['create_role'],
        failure(
          ['create_role'],
          'resources exceeded',
          'Maximum number of roles per membership class exceeded. Maximum allowed: 64.',
        ),
      ),
    )
    await admin.query(q.Update(q.Role('r0'), { data: { a: 1 } }))
    await admin.query(q.Delete(q.Role('r0')))
    await admin.query(make(64))
  })
})
