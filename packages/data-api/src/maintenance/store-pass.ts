import { newMeter } from '@vivarium/fql'
import type { Migration } from '@vivarium/store'
import { allKeys } from '../model/keys.ts'
import { UnitOfWork } from '../model/unit-of-work.ts'

/** How much of a store one step goes through, and writes, give or take one key. */
const keysPerStep = 500
const bytesMax = 2 * 1024 * 1024

/** A migration that looks at every key of the data API by itself, and does what `change` does with it. */
export function storePass(
  name: string,
  change: (unit: UnitOfWork, key: Uint8Array, value: Uint8Array) => void,
): Migration {
  return {
    name,
    step(transaction, next) {
      const unit = new UnitOfWork({
        transaction,
        schemas: new Map(),
        meter: newMeter(),
        version: '4',
        entropy: () => new Uint8Array(),
      })
      const range = transaction.range(next ?? allKeys[0], allKeys[1], { expected: keysPerStep + 1 })
      const found: { readonly key: Uint8Array; readonly value: Uint8Array }[] = []
      // What is written may lie in the range too, so it is read first.
      for (const { key, value } of range) {
        found.push({ key: Uint8Array.from(key), value: Uint8Array.from(value) })
        if (found.length > keysPerStep) break
      }
      for (const [i, { key, value }] of found.entries()) {
        if (i === keysPerStep || unit.transaction.bytesWritten > bytesMax) return key
        change(unit, key, value)
      }
      return undefined
    },
  }
}
