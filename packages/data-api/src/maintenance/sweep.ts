import type { Ref } from '@vivarium/fql'
import type { Caller } from '../model/caller.ts'
import { decodeVersion } from '../model/codec.ts'
import { DatabaseView } from '../model/database-view.ts'
import { partsOfKey } from '../model/key-parts.ts'
import { allKeys, sweepKey } from '../model/keys.ts'
import { isAlive } from '../model/root-database.ts'
import { documentTypeOf } from '../model/types/table.ts'
import type { UnitOfWork } from '../model/unit-of-work.ts'
import { type Found, isKnownElsewhere, Judge } from './garbage.ts'

/** What a step of a sweep did. */
export interface Swept {
  /** Where the next step begins; absent at the end of everything. */
  readonly next: Uint8Array | undefined
  readonly removed: number
}

/**
 * Looks at `count` keys from `from` on, and removes the garbage among them. If it removes any, or if it is
 * asked to, it also notes how far it came, so that another process goes on from there.
 */
export function sweep(
  unit: UnitOfWork,
  { from, count, notes }: { readonly from: Uint8Array; readonly count: number; notes: boolean },
): Swept {
  const { transaction } = unit
  const found: Found[] = []
  let next: Uint8Array | undefined
  for (const entry of transaction.range(from, allKeys[1], { expected: count + 1 })) {
    const key = Uint8Array.from(entry.key)
    const last = found.at(-1)
    if (last !== undefined) found[found.length - 1] = { ...last, next: key }
    if (found.length === count) {
      next = key
      break
    }
    found.push({ key, value: Uint8Array.from(entry.value), next: undefined })
  }
  const judge = new Judge(unit)
  const verdicts = transaction.all(found.length, (i) => judge.isGarbage(found[i] as Found))
  const garbage = found.filter((_, i) => verdicts[i])
  for (const one of garbage) remove(unit, one)
  if (garbage.length > 0 || notes) transaction.put(sweepKey, next ?? new Uint8Array())
  return { next, removed: garbage.length }
}

/** Where a sweep goes on that was begun before, by this process or another. */
export function sweptUntil(unit: UnitOfWork): Uint8Array {
  const noted = unit.transaction.get(sweepKey)
  return noted === undefined || noted.length === 0 ? allKeys[0] : Uint8Array.from(noted)
}

function remove(unit: UnitOfWork, { key, value }: Found): void {
  unit.transaction.delete(key)
  const parts = partsOfKey(key)
  if (parts?.kind !== 'document' || !isKnownElsewhere(parts.ref)) return
  const { ref } = parts
  // What else there is of a database that is gone has keys of its own, which are judged like this one.
  if (!isAlive(unit, ref.database)) return
  const { fields } = decodeVersion(value, unit.lambdas(ref.database))
  documentTypeOf(ref).deleted(adminOf(unit, ref), ref, fields)
}

/** The database of a ref, seen by one who may do everything there. */
export function adminOf(unit: UnitOfWork, { database }: Ref): DatabaseView {
  const caller: Caller = {
    database,
    permissions: { kind: 'admin' },
    identity: undefined,
    token: undefined,
    credential: undefined,
    predicateIdentity: undefined,
    isRoot: true,
  }
  return new DatabaseView(unit, caller)
}
