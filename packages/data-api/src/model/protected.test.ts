import { expect, it } from 'vitest'
import { describeDataApi } from '../testing/describe-data-api.ts'
import { invalid, permissionDenied, refused, wrongType } from '../testing/refusals.ts'
import { q, type TestDataApi } from '../testing/test-data-api.ts'

const forbidden = (what: string) =>
  refused(
    400,
    'schema validation failed',
    `${what}: destructive change forbidden because database is in protected mode.`,
    [],
  )

/** An admin key of a database below `test`, made with these fields. */
async function child({ admin, as }: TestDataApi, fields: Record<string, unknown> = {}) {
  const { ref } = await admin.query(q.CreateDatabase({ name: 'child', ...fields }))
  return as((await admin.query(q.CreateKey({ role: 'admin', database: ref }))).secret)
}

describeDataApi('a protected database', (open) => {
  it('keeps its collections and indexes', async () => {
    const api = await open()
    const caller = await child(api, { protected: true })
    const c = q.Collection('c')
    await caller.query(q.CreateCollection({ name: 'c' }))
    await caller.query(q.CreateIndex({ name: 'i', source: c }))
    expect(await caller.refusal(q.Delete(c))).toEqual(forbidden('Cannot delete collection'))
    expect(await caller.refusal(q.Delete(q.Index('i')))).toEqual(
      forbidden('Cannot cause deletion of backing index'),
    )
    expect(await caller.query(q.Update(q.Index('i'), { name: 'j' }))).toMatchObject({ name: 'j' })
    await caller.query(q.Create(q.Ref(c, 1), {}))
    expect(await caller.answer(q.Delete(q.Ref(c, 1)))).toMatchObject({ status: 200 })
  })

  it('tells who may not delete at all just that', async () => {
    const api = await open()
    const caller = await child(api, { protected: true })
    await caller.query(q.CreateCollection({ name: 'c' }))
    const reader = api.as((await caller.query(q.CreateKey({ role: 'server-readonly' }))).secret)
    expect(await reader.refusal(q.Delete(q.Collection('c')))).toEqual(permissionDenied())
  })

  it('loses no history and no documents by a change of a collection', async () => {
    const api = await open()
    const caller = await child(api, { protected: true })
    const c = q.Collection('c')
    await caller.query(q.CreateCollection({ name: 'c', history_days: 5, ttl_days: 5 }))
    await caller.query(q.CreateCollection({ name: 'd' }))
    const update = (fields: object) => caller.refusal(q.Update(c, fields))
    expect(await update({ history_days: 4 })).toEqual(
      forbidden('Cannot decrease `history_days` field'),
    )
    expect(await update({ history_days: null })).toEqual(
      forbidden('Cannot remove `history_days` field'),
    )
    expect(await update({ ttl_days: 4 })).toEqual(forbidden('Cannot decrease `ttl_days` field'))
    expect(await caller.refusal(q.Update(q.Collection('d'), { ttl_days: 1 }))).toEqual(
      forbidden('Cannot remove `ttl_days` field'),
    )
    expect((await update({ history_days: 4, ttl_days: 4 })).errors).toHaveLength(2)
    expect((await update({ history_days: 4, name: '' })).errors).toHaveLength(1)
    for (const fields of [{ history_days: 6, ttl_days: 6 }, { ttl_days: null }]) {
      expect(await caller.answer(q.Update(c, fields))).toMatchObject({ status: 200 })
    }
  })

  it('is one below it too, unless that says otherwise', async () => {
    const api = await open()
    const { admin } = api
    const caller = await child(api)
    await caller.query(q.CreateCollection({ name: 'c' }))
    await caller.query(q.CreateCollection({ name: 'd' }))
    await api.root.query(q.Update(q.Database('test'), { protected: true }))
    const deleted = q.Delete(q.Collection('c'))
    expect(await caller.refusal(deleted)).toEqual(forbidden('Cannot delete collection'))
    await admin.query(q.Update(q.Database('child'), { protected: false }))
    expect(await caller.answer(deleted)).toMatchObject({ status: 200 })
    const other = q.Delete(q.Collection('d'))
    await admin.query(q.Update(q.Database('child'), { protected: null }))
    expect(await caller.refusal(other)).toEqual(forbidden('Cannot delete collection'))
    await api.root.query(q.Update(q.Database('test'), { protected: null }))
    expect(await caller.answer(other)).toMatchObject({ status: 200 })
  })

  it('shows what was asked for itself alone', async () => {
    const api = await open()
    const { admin } = api
    const made = await admin.query(
      q.CreateDatabase({ name: 'a', protected: true, typechecked: false }),
    )
    expect(made).toMatchObject({ protected: true, typechecked: false })
    const below = await child(api, { protected: false })
    await below.query(q.CreateDatabase({ name: 'b' }))
    const b = await below.query(q.Get(q.Database('b')))
    expect(Object.keys(b)).toEqual(['ref', 'ts', 'name', 'global_id'])
    expect(await admin.refusal(q.CreateDatabase({ name: 'x', typechecked: 1 }))).toEqual(
      invalid(['create_database'], wrongType('Long', 'Boolean', 'typechecked')),
    )
  })
})
