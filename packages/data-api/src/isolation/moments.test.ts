/** What is kept between transactions is of one moment, whatever the runs have met that did not count. */
import type { Store } from '@vivarium/store'
import { openPostgresStore } from '@vivarium/store/postgres'
import { startPostgresServer, startProxy } from '@vivarium/store/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createDataApi } from '../data-api.ts'
import { send } from '../testing/send.ts'
import { q, rootSecret } from '../testing/test-data-api.ts'

let server: Awaited<ReturnType<typeof startPostgresServer>>
let proxy: Awaited<ReturnType<typeof startProxy>>
let near: Store
let far: Store
beforeAll(async () => {
  server = await startPostgresServer()
  const url = new URL(server.url())
  proxy = await startProxy(Number(url.port))
  near = openPostgresStore({ url: server.url() })
  url.port = String(proxy.port)
  far = openPostgresStore({ url: String(url) })
})
afterAll(async () => {
  await near.close()
  await far.close()
  await proxy.close()
  await server.stop()
})

/** A store that says when a body has found all that it wants. */
function watched(store: Store, onRun: () => void): Store {
  return {
    kind: store.kind,
    transact: (body, options) =>
      store.transact((transaction) => {
        const value = body(transaction)
        onRun()
        return value
      }, options),
    snapshot: () => store.snapshot(),
    sizeBytes: () => store.sizeBytes(),
    close: () => store.close(),
  }
}

it('a write whose schema changes before its commit meets the new one, and so do those after it', async () => {
  const ask = async (handler: ReturnType<typeof createDataApi>, query: unknown) => {
    const { status, body } = await send(handler, {
      headers: { authorization: `Bearer ${rootSecret}` },
      body: JSON.stringify(query),
    })
    return { status, ...JSON.parse(body) }
  }
  const one = createDataApi({ store: near, rootSecrets: [rootSecret] })
  const people = q.Collection('people')
  expect((await ask(one, q.CreateCollection({ name: 'people' }))).status).toBe(201)

  // It reads the schema for the first time, and before it can commit, the other makes an index.
  let isMade: Promise<unknown> | undefined
  const other = createDataApi({
    store: watched(far, () => {
      if (isMade !== undefined) return
      proxy.set('hang')
      const terms = [{ field: ['data', 'name'] }]
      const made = ask(one, q.CreateIndex({ name: 'by_name', source: people, terms }))
      isMade = made.finally(() => proxy.set('pass'))
    }),
    rootSecrets: [rootSecret],
  })
  const taran = { data: { name: 'Taran' } }
  const first = q.Ref(people, 1)
  const create = q.If(q.Exists(first), 'there', q.Create(first, taran))
  expect((await ask(other, create)).status).toBe(201)
  expect(await isMade).toMatchObject({ status: 201 })
  const found = q.Count(q.Match(q.Index('by_name'), 'Taran'))
  expect(await ask(one, found)).toMatchObject({ resource: 1 })
  expect(await ask(other, found)).toMatchObject({ resource: 1 })
  expect((await ask(other, q.Create(people, taran))).status).toBe(201)
  expect(await ask(one, found)).toMatchObject({ resource: 2 })
})
