import { expect, it } from 'vitest'
import { describeDataApi, type Open } from './testing/describe-data-api.ts'
import {
  alreadyExists,
  invalidArgument,
  invalidRef,
  permissionDenied,
  refused,
} from './testing/refusals.ts'
import { q } from './testing/test-data-api.ts'

const [a, b, inA] = [q.Database('a'), q.Database('b'), q.Database('child', q.Database('a'))]

/** Databases a and b, and a database with a document, a token and keys in a. */
async function withDatabases(open: Open) {
  const api = await open()
  const { admin, as } = api
  await admin.query(q.Do(q.CreateDatabase({ name: 'a' }), q.CreateDatabase({ name: 'b' })))
  const key = async (database: typeof a, from = admin) =>
    as((await from.query(q.CreateKey({ role: 'admin', database }))).secret)
  const inside = await key(a)
  await inside.query(q.CreateDatabase({ name: 'child', data: { n: 1 } }))
  const child = await key(q.Database('child'), inside)
  await child.query(q.CreateCollection({ name: 'c' }))
  await child.query(q.Create(q.Ref(q.Collection('c'), 1), { data: { n: 1 } }))
  const token = as(
    (await child.query(q.Create(q.Tokens(), { instance: q.Ref(q.Collection('c'), 1) } as never)))
      .secret,
  )
  return { ...api, inside, child, token, inB: await key(b) }
}

const n = q.Select(['data', 'n'], q.Get(q.Ref(q.Collection('c'), 1)))

describeDataApi('MoveDatabase', (open) => {
  it('takes along what is inside, and the keys and tokens that open it', async () => {
    const { admin, inside, inB, child, token, clock, maintain } = await withDatabases(open)
    const before = await inside.query(q.Get(q.Database('child')))
    clock.advance({ seconds: 1 })
    const moved = await admin.query(q.MoveDatabase(inA, b))
    expect(moved).toMatchObject({ name: 'child', data: { n: 1 }, ts: Number(clock.micros) })
    const after = await inB.query(q.Get(q.Database('child')))
    expect(after.global_id).toBe(before.global_id)
    expect(await inside.query(q.Exists(q.Database('child')))).toBe(false)
    expect(await inside.query(q.Count(q.Databases()))).toBe(0)
    expect(await inside.query(q.Count(q.Keys()))).toBe(0)
    expect(await inB.query(q.Count(q.Keys()))).toBe(1)
    const keys = await inB.data<{ id: string }>(q.Paginate(q.Keys()))
    expect(await inB.query(q.Select(['database'], q.Get(keys[0] as never)))).toMatchObject({
      id: 'child',
    })
    clock.advance({ seconds: 3600 })
    await maintain()
    expect(await child.query(n)).toBe(1)
    expect(await token.query(q.CurrentIdentity())).toMatchObject({ id: '1' })
    // The name is free where it was; what has the key now is gone with it.
    await inside.query(q.CreateDatabase({ name: 'child' }))
    await inB.query(q.Delete(q.Database('child')))
    expect(await child.refusal(n)).toMatchObject({ status: 401 })
  })

  it('moves back and forth, and up and down', async () => {
    const { admin, child } = await withDatabases(open)
    await admin.query(q.MoveDatabase(inA, b))
    await admin.query(q.MoveDatabase(q.Database('child', b), a))
    await admin.query(q.MoveDatabase(a, b))
    expect(await child.query(n)).toBe(1)
    const path = q.Database('child', q.Database('a', b))
    expect(await admin.query(q.Exists(path))).toBe(true)
  })

  it('refuses to move into what is below, and onto a name that is taken', async () => {
    const { admin, inB } = await withDatabases(open)
    const downwards = (source: string, parent: string) =>
      refused(
        400,
        'move database error',
        `Cannot move database '${source}' into parent '${parent}': ` +
          'Cannot move database from ancestor to descendant.',
        [],
      )
    expect(await admin.refusal(q.MoveDatabase(a, inA))).toEqual(downwards('a', 'child'))
    expect(await admin.refusal(q.MoveDatabase(a, a))).toEqual(downwards('a', 'a'))
    await inB.query(q.CreateDatabase({ name: 'child' }))
    expect(await admin.refusal(q.MoveDatabase(inA, b))).toEqual(alreadyExists('Database'))
    expect(await admin.refusal(q.MoveDatabase(inA, a))).toEqual(alreadyExists('Database'))
  })

  it('needs databases, and the right to delete the one that moves', async () => {
    const { admin, server, withRole } = await withDatabases(open)
    expect(await admin.refusal(q.MoveDatabase(q.Database('no'), b))).toEqual(
      invalidRef('database', 'no', 'move_database'),
    )
    expect(await admin.refusal(q.MoveDatabase(a, q.Database('no')))).toEqual(
      invalidRef('database', 'no', 'to'),
    )
    expect(await admin.refusal(q.MoveDatabase(q.Collections(), b))).toEqual(
      invalidArgument('Database Ref expected, Collection Ref provided.', 'move_database'),
    )
    expect(await server.refusal(q.MoveDatabase(inA, b))).toEqual(permissionDenied())
    await admin.query(
      q.CreateRole({
        name: 'mover',
        privileges: [{ resource: q.Databases(), actions: { delete: true } }],
      }),
    )
    const mover = await withRole(q.Role('mover'))
    await mover.query(q.MoveDatabase(inA, b))
    expect(await admin.query(q.Exists(q.Database('child', b)))).toBe(true)
  })
})
