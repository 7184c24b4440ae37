import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describeStore } from '../conformance/describe-store.ts'
import type { OpenOptions, StoreHome } from '../conformance/home.ts'
import type { Store } from '../store.ts'
import { openLmdbStore } from './lmdb-store.ts'

function temporaryHome(): StoreHome {
  const path = mkdtempSync(join(tmpdir(), 'vivarium-store-'))
  return {
    open: (options) => openLmdbStore({ path, ...options }),
    remove: () => rmSync(path, { recursive: true }),
  }
}

describeStore('lmdb', temporaryHome, { keepsData: true })

describeStore(
  'lmdb that is closed and opened again after every third transaction',
  () => {
    const home = temporaryHome()
    return { ...home, open: (options) => reopening(home, options) }
  },
  { keepsData: true },
)

/** A store that opens another on the same data whenever it has been used a few times and is at rest. */
async function reopening(home: StoreHome, options?: OpenOptions): Promise<Store> {
  let store = await home.open(options)
  let uses = 0
  const underWay = new Set<Promise<unknown>>()
  let turn: Promise<unknown> = Promise.resolve()
  let isClosed = false
  return {
    kind: store.kind,
    async transact(body, given) {
      const reopened = turn.then(async () => {
        if (isClosed || ++uses % 3 !== 0 || underWay.size > 0) return
        await store.close()
        store = await home.open(options)
      })
      turn = reopened
      await reopened
      const running = store.transact(body, given)
      underWay.add(running)
      return running.finally(() => underWay.delete(running))
    },
    async snapshot() {
      await turn
      const snapshot = await store.snapshot()
      // As long as it is open, the store is not at rest.
      const use = Promise.resolve()
      underWay.add(use)
      return {
        ...snapshot,
        async close() {
          underWay.delete(use)
          await snapshot.close()
        },
      }
    },
    async sizeBytes() {
      await turn
      return store.sizeBytes()
    },
    async close() {
      await turn
      isClosed = true
      await store.close()
    },
  }
}
