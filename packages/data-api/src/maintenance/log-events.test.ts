import { expect, it } from 'vitest'
import { describeDataApi } from '../testing/describe-data-api.ts'
import { q } from '../testing/test-data-api.ts'
import { logEvents } from './log-events.ts'

const collection = q.Collection('c')
const at = (id: number) => q.Ref(collection, id)

describeDataApi('the log of a store from before there was one', (open) => {
  it('is what it would be', async () => {
    const { server, store, clock, dump } = await open()
    await server.query(q.CreateCollection({ name: 'c', history_days: 10 }))
    await server.query(
      q.CreateIndex({ name: 'by_n', source: collection, values: [{ field: ['data', 'n'] }] }),
    )
    const ids = Array.from({ length: 300 }, (_, i) => i + 1)
    await server.query(
      q.Foreach(
        ids,
        q.Lambda('id', q.Create(q.Ref(collection, q.Var('id')), { data: { n: q.Var('id') } })),
      ),
    )
    clock.advance({ seconds: 10 })
    await server.query(q.Do([1, 2, 3].map((id) => q.Update(at(id), { data: { n: -id } }))))
    clock.advance({ seconds: 10 })
    await server.query(q.Do([3, 4].map((id) => q.Delete(at(id)))))
    clock.advance({ seconds: 10 })
    await server.query(q.Create(at(3), { data: { n: 3 } }))
    const past = Number(clock.micros) - 25_000_000
    await server.query(q.Insert(at(5), past, 'update', { data: { n: 50 } }))
    await server.query(q.Insert(at(6), past, 'delete', {}))
    const whole = await dump()
    const isLogged = (entry: string) => /^f06[35]/.test(entry)
    expect(whole.filter(isLogged).length).toBeGreaterThan(600)

    await store.transact(
      (transaction) => {
        for (const entry of whole.filter(isLogged)) {
          transaction.delete(Buffer.from(entry.split(' ')[0] ?? '', 'hex'))
        }
      },
      { intent: 'write' },
    )
    expect(await dump()).toEqual(whole.filter((entry) => !isLogged(entry)))
    let next: Uint8Array | undefined
    let steps = 0
    do {
      const { value } = await store.transact(
        (transaction) => {
          const key = logEvents.step(transaction, next)
          return key && Uint8Array.from(key)
        },
        { intent: 'write' },
      )
      next = value
      steps++
    } while (next !== undefined)
    expect(steps).toBeGreaterThan(1)
    expect(await dump()).toEqual(whole)
  })
})
