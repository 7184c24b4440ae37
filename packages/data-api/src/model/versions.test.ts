import { expect, it } from 'vitest'
import { describeDataApi, type Open } from '../testing/describe-data-api.ts'
import { invalidArgument, notFound, refused } from '../testing/refusals.ts'
import { q, type TestDataApi } from '../testing/test-data-api.ts'

const one = q.Ref(q.Collection('c'), 1)

async function withCollection(open: Open, fields: object = {}) {
  const api = await open()
  await api.server.query(q.CreateCollection({ name: 'c', ...fields }))
  return api
}

/** How many superseded versions and deletions the store keeps of documents with the id 1. */
async function kept(api: TestDataApi): Promise<number> {
  return (await api.dump()).filter((entry) => /^f068.{24}0000000000000001/.test(entry)).length
}

const tooOld = { status: 400, errors: [{ code: 'bad request' }] }

describeDataApi('versions', (open) => {
  it('are read at their time: none before, the newest after', async () => {
    const { server, clock } = await withCollection(open)
    const times: number[] = []
    const step = async (write: Parameters<typeof server.query>[0]) => {
      clock.advance({ seconds: 10 })
      await server.query(write)
      times.push(Number(clock.micros))
    }
    await step(q.Create(one, { data: { n: 1 } }))
    await step(q.Update(one, { data: { n: 2 } }))
    await step(q.Delete(one))
    await step(q.Create(one, { data: { n: 4 } }))
    const [created = 0, updated = 0, deleted = 0, again = 0] = times
    const n = (ts: number) => q.Select(['data', 'n'], q.Get(one, ts))
    expect(await server.refusal(q.Get(one, created - 1))).toEqual(notFound('Document'))
    expect(await server.query([n(created), n(created + 1), n(updated - 1)])).toEqual([1, 1, 1])
    expect(await server.query([n(updated), n(deleted - 1)])).toEqual([2, 2])
    expect(await server.refusal(q.Get(one, deleted))).toEqual(notFound('Document'))
    expect(await server.query([n(again), n(again + 1_000_000)])).toEqual([4, 4])
    expect(await server.query(q.Exists(one, deleted))).toBe(false)
    expect(await server.query(q.Exists(one, updated))).toBe(true)
    const at = (ts: number) => q.At(ts, q.Select('ts', q.Get(one)))
    expect(await server.query([at(created), at(updated), at(again)])).toEqual([
      created,
      updated,
      again,
    ])
    expect(await server.query(q.At(deleted, q.Exists(one)))).toBe(false)
    expect(await server.query(q.At(deleted, q.Select('ts', q.Get(one, updated))))).toBe(updated)
    expect(await server.query(q.At(q.Now(), q.Select(['data', 'n'], q.Get(one))))).toBe(4)
    expect(await server.data(q.At(updated, q.Paginate(one)))).toHaveLength(1)
    expect(await server.data(q.At(deleted, q.Paginate(one)))).toHaveLength(0)
  })

  it('are not written in the past', async () => {
    const { server, clock } = await withCollection(open)
    await server.query(q.Create(one, {}))
    const refusal = (...position: string[]) =>
      refused(400, 'invalid write time', 'Cannot write outside of snapshot time.', position)
    const past = clock.time(-10)
    const at = (write: Parameters<typeof server.query>[0]) => server.refusal(q.At(past, write))
    expect(await at(q.Create(q.Collection('c'), {}))).toEqual(refusal('expr', 'create'))
    expect(await at(q.Update(one, {}))).toEqual(refusal('expr'))
    expect(await at(q.Replace(one, {}))).toEqual(refusal('expr'))
    expect(await at(q.CreateCollection({ name: 'd' }))).toEqual(
      refusal('expr', 'create_collection'),
    )
    await server.query(q.At(q.Now(), q.Update(one, {})))
    await server.query(q.At(clock.time(60), q.Update(one, {})))
    await server.query(q.At(past, q.Delete(one)))
    expect(await server.query(q.Exists(one))).toBe(false)
  })

  it('are asked for by a time or microseconds, nothing else', async () => {
    const { server } = await withCollection(open)
    for (const ts of ['now', q.Date('2020-01-01'), {}]) {
      expect(await server.refusal(q.Get(one, ts as never))).toMatchObject({
        errors: [{ code: 'invalid argument', position: ['ts'] }],
      })
    }
    expect(await server.refusal(q.At('now' as never, 1))).toEqual(
      invalidArgument('Time expected, String provided.', 'at'),
    )
  })

  it('of one transaction are one', async () => {
    const api = await withCollection(open)
    const { server, clock } = api
    const written = await server.query<{ ts: number }[]>(
      q.Do(
        q.Create(one, { data: { n: 1 } }),
        q.Update(one, { data: { n: 2 } }),
        q.Delete(one),
        q.Create(one, { data: { n: 3 } }),
        [q.Get(one), q.Update(one, { data: { m: 1 } })],
      ),
    )
    expect(written[0]?.ts).toBe(written[1]?.ts)
    expect(await kept(api)).toBe(0)
    clock.advance({ seconds: 1 })
    await server.query(q.Do(q.Delete(one), q.Create(one, { data: { n: 4 } }), q.Delete(one)))
    expect(await kept(api)).toBe(2)
    const before = Number(clock.micros) - 1
    expect((await server.query(q.Get(one, before))).data).toEqual({ n: 3, m: 1 })
  })
})

describeDataApi('what is kept of the past', (open) => {
  it('is a quarter of an hour by default', async () => {
    const { server, clock } = await withCollection(open)
    await server.query(q.Create(one, { data: { n: 1 } }))
    clock.advance({ days: 1 })
    await server.query(q.Update(one, { data: { n: 2 } }))
    const oldest = clock.micros - 15n * 60_000_000n
    expect((await server.query(q.Get(one, Number(oldest)))).data).toEqual({ n: 1 })
    const refusal = await server.refusal(q.Get(one, Number(oldest) - 1))
    expect(refusal).toEqual({
      status: 400,
      errors: [
        {
          code: 'bad request',
          description:
            'Requested timestamp 2023-11-15T21:58:19.999999Z less than minimum allowed timestamp 2023-11-15T21:58:20Z.',
        },
      ],
    })
    expect(await server.refusal(q.Exists(one, Number(oldest) - 1))).toMatchObject(tooOld)
    expect(await server.refusal(q.At(1, q.Get(one)))).toMatchObject(tooOld)
  })

  it('is as many days as the collection says, from when it said so', async () => {
    const { server, clock } = await withCollection(open)
    const founded = Number(clock.micros)
    await server.query(q.Create(one, { data: { n: 1 } }))
    clock.advance({ days: 5 })
    await server.query(q.Update(q.Collection('c'), { history_days: 3 }))
    const raised = Number(clock.micros)
    clock.advance({ days: 2 })
    await server.query(q.Update(one, { data: { n: 2 } }))
    expect(await server.refusal(q.Get(one, founded + 1))).toMatchObject(tooOld)
    expect((await server.query(q.Get(one, raised))).data).toEqual({ n: 1 })
    clock.advance({ days: 2 })
    expect(await server.refusal(q.Get(one, raised))).toMatchObject(tooOld)
    await server.query(q.Update(q.Collection('c'), { history_days: null }))
    const forever = Number(clock.micros)
    clock.advance({ days: 1000 })
    expect((await server.query(q.Get(one, forever))).data).toEqual({ n: 2 })
  })

  it('of a document that is written again and again stays within that time', async () => {
    const api = await withCollection(open)
    const { server, clock } = api
    await server.query(q.Create(one, {}))
    for (let i = 0; i < 60; i++) {
      clock.advance({ seconds: 60 })
      await server.query(q.Update(one, { data: { i } }))
    }
    // Those of the last fifteen minutes; the newest is not history yet.
    expect(await kept(api)).toBe(15)
    const ago = (minutes: number) => Number(clock.micros) - minutes * 60_000_000
    for (const minutes of [0, 1, 14, 15]) {
      expect((await server.query(q.Get(one, ago(minutes)))).data).toEqual({ i: 59 - minutes })
    }
    clock.advance({ days: 1 })
    await server.query(q.Update(one, { data: { i: 60 } }))
    expect(await kept(api)).toBe(1)
    expect((await server.query(q.Get(one, ago(10)))).data).toEqual({ i: 59 })
  })

  it('of a document that was deleted ends too, when it is written again', async () => {
    const api = await withCollection(open)
    const { server, clock } = api
    await server.query(q.Create(one, {}))
    clock.advance({ seconds: 1 })
    await server.query(q.Delete(one))
    expect(await kept(api)).toBe(2)
    clock.advance({ days: 1 })
    await server.query(q.Create(one, {}))
    clock.advance({ seconds: 1 })
    await server.query(q.Update(one, {}))
    expect(await kept(api)).toBe(1)
  })

  it('of the schema is everything', async () => {
    const { server, clock } = await withCollection(open)
    const founded = Number(clock.micros) + 100
    clock.advance({ days: 100 })
    await server.query(q.Update(q.Collection('c'), { data: { a: 1 } }))
    expect(await server.query(q.Get(q.Collection('c'), founded))).not.toHaveProperty('data')
    expect(await server.query(q.Exists(q.Collection('c'), 1))).toBe(false)
  })
})

describeDataApi('sets at a past time', (open) => {
  const documents = q.Documents(q.Collection('c'))
  const at = (id: number) => q.Ref(q.Collection('c'), id)

  /** Documents come and go: `times` are the moments between. */
  async function withPast(open: Open) {
    const api = await withCollection(open)
    const { server, clock } = api
    await server.query(
      q.CreateIndex({
        name: 'x',
        source: q.Collection('c'),
        terms: [{ field: ['data', 'kind'] }],
        values: [{ field: ['data', 'n'] }],
      }),
    )
    const times: number[] = []
    const then = async (...writes: Parameters<typeof server.query>[0][]) => {
      clock.advance({ seconds: 10 })
      await server.query(q.Do(...writes))
      clock.advance({ seconds: 10 })
      times.push(Number(clock.micros))
    }
    const data = (n: number) => ({ data: { kind: 'k', n } })
    await then(q.Create(at(1), data(1)), q.Create(at(2), data(2)), q.Create(at(3), data(3)))
    await then(q.Update(at(1), data(5)), q.Delete(at(2)))
    await then(q.Update(at(1), data(9)), q.Update(at(1), data(5)), q.Create(at(4), data(1)))
    await then(q.Delete(at(1)), q.Create(at(2), data(2)))
    return { ...api, times }
  }

  it('have the entries that were there', async () => {
    const { server, times } = await withPast(open)
    const page = (ts: number, more: object = {}) =>
      server.data<number>(q.Paginate(q.Match('x', 'k'), { ts, ...more } as never))
    const [first = 0, second = 0, third = 0, fourth = 0] = times
    expect(await page(first - 15_000_000)).toEqual([])
    expect(await page(first)).toEqual([1, 2, 3])
    expect(await page(second)).toEqual([3, 5])
    expect(await page(third)).toEqual([1, 3, 5])
    expect(await page(fourth)).toEqual([1, 2, 3])
    expect(await page(first, { size: 1, after: 2 })).toEqual([2])
    expect(await page(first, { size: 2, before: 3 })).toEqual([1, 2])
    expect(await page(second, { before: null })).toEqual([3, 5])
    expect(await server.data(q.At(second, q.Paginate(q.Match('x', 'k'))))).toEqual([3, 5])
    expect((await server.query(q.At(second, q.Get(q.Match('x', 'k'))))).data).toMatchObject({
      n: 3,
    })
    expect(await server.query(q.At(second, q.Exists(q.Match('x', 'none'))))).toBe(false)
  })

  it('have the documents that were there', async () => {
    const { server, times } = await withPast(open)
    const page = async (ts: number, more: object = {}) => {
      const refs = await server.data<{ id: string }>(
        q.Paginate(documents, { ts, ...more } as never),
      )
      return refs.map(({ id }) => Number(id))
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = times
    expect(await page(first)).toEqual([1, 2, 3])
    expect(await page(second)).toEqual([1, 3])
    expect(await page(third)).toEqual([1, 3, 4])
    expect(await page(fourth)).toEqual([2, 3, 4])
    expect(await page(first, { size: 1, after: at(2) })).toEqual([2])
    expect(await page(second, { size: 1, before: at(3) })).toEqual([1])
    expect(await page(third, { size: 2, before: null })).toEqual([3, 4])
    expect(await server.data(q.At(1, q.Paginate(q.Collections())))).toEqual([])
  })

  it('are known to an index that is made later', async () => {
    const { server, times } = await withPast(open)
    await server.query(
      q.CreateIndex({
        name: 'later',
        source: q.Collection('c'),
        terms: [{ field: ['data', 'kind'] }],
        values: [{ field: ['data', 'n'] }],
      }),
    )
    for (const ts of times) {
      const page = (index: string) => server.data(q.Paginate(q.Match(index, 'k'), { ts } as never))
      expect(await page('later')).toEqual(await page('x'))
    }
  })

  it('are forgotten with the versions they came from', async () => {
    const { server, times, clock, dump } = await withPast(open)
    clock.advance({ days: 1 })
    const [first = 0] = times
    expect(await server.refusal(q.Paginate(documents, { ts: first } as never))).toMatchObject(
      tooOld,
    )
    expect(
      await server.refusal(q.Paginate(q.Match('x', 'k'), { ts: first } as never)),
    ).toMatchObject(tooOld)
    const removed = async () => (await dump()).filter((entry) => entry.startsWith('f06a')).length
    for (const n of [1, 2, 3, 4]) {
      await server.query(
        q.If(q.Exists(at(n)), q.Update(at(n), { data: { n: 0 } }), q.Create(at(n), {})),
      )
      clock.advance({ seconds: 1 })
    }
    for (const n of [1, 2, 3, 4]) {
      await server.query(q.Update(at(n), { data: { n: 0 } }))
    }
    // What the last two rounds removed is all that is left: nothing for 1, which had nothing.
    expect(await removed()).toBe(3)
  })

  it('show the same whatever happened within one transaction', async () => {
    const { server, clock, dump } = await withPast(open)
    const before = (await dump()).filter((entry) => entry.startsWith('f06a')).length
    clock.advance({ seconds: 10 })
    const data = (n: number) => ({ data: { n } })
    await server.query(
      q.Do(q.Update(at(3), data(7)), q.Update(at(3), data(8)), q.Update(at(3), data(3))),
    )
    expect((await dump()).filter((entry) => entry.startsWith('f06a'))).toHaveLength(before)
  })
})
