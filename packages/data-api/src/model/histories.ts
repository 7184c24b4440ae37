/**
 * Ranges of documents or index entries with their past: what is there now and what was, side by side.
 *
 * The past of a thing stands under the thing's own key followed by a time (keys.ts), so both ranges are in
 * the same order, and one walk over the two meets everything of one thing together.
 */
import { type DatabaseId, Ref } from '@vivarium/fql'
import type { Entry } from '@vivarium/store'
import { decodeVersion, type StoredVersion } from './codec.ts'
import {
  after as afterKey,
  collectionRange,
  documentKey,
  idInDocumentKey,
  type KeyRange,
  pastRange,
  presentKey,
} from './keys.ts'
import type { UnitOfWork } from './unit-of-work.ts'

/** A thing that a range holds, or held. */
export interface Thing {
  /** Its key while it is there. */
  readonly key: Uint8Array
  /** What it is now; absent if it is not there any more. */
  readonly present: Uint8Array | undefined
  /** What it was, with the times in the keys, in no particular order. */
  readonly past: readonly { readonly micros: bigint; readonly value: Uint8Array }[]
}

/** Everything that a range holds or held, in the order asked for. Keys and values are borrowed. */
export function* withPast(
  unit: UnitOfWork,
  range: KeyRange,
  reverse: boolean,
): IterableIterator<Thing> {
  const { transaction } = unit
  const present = transaction.range(...range, { reverse })[Symbol.iterator]()
  const past = transaction.range(...pastRange(range), { reverse })[Symbol.iterator]()
  const direction = reverse ? -1 : 1
  let now = present.next()
  let then = read(past.next())
  while (!now.done || then !== undefined) {
    const order = now.done
      ? 1
      : then === undefined
        ? -1
        : Buffer.compare(now.value.key, then.key) * direction
    const key = order <= 0 && !now.done ? now.value.key : (then?.key ?? new Uint8Array())
    const versions: { micros: bigint; value: Uint8Array }[] = []
    while (then !== undefined && Buffer.compare(then.key, key) === 0) {
      versions.push({ micros: then.micros, value: then.value })
      then = read(past.next())
    }
    yield { key, present: order <= 0 && !now.done ? now.value.value : undefined, past: versions }
    if (order <= 0) now = present.next()
  }
}

function read(next: IteratorResult<Entry>) {
  return next.done ? undefined : { ...presentKey(next.value.key), value: next.value.value }
}

/**
 * The documents that a collection has or had, each with all its versions, oldest first.
 *
 * @param after the document after which to begin; default: at the first
 */
export function* histories(
  unit: UnitOfWork,
  database: DatabaseId,
  collection: number,
  after?: Ref,
): IterableIterator<readonly [Ref, readonly StoredVersion[]]> {
  const lambdas = unit.lambdas(database)
  const [first, end] = collectionRange(database, collection)
  const from = after === undefined ? first : afterKey(documentKey(after))
  for (const { key, present, past } of withPast(unit, [from, end], false)) {
    const values = [...past.map(({ value }) => value), ...(present === undefined ? [] : [present])]
    const versions = values.map((value) => decodeVersion(value, lambdas))
    yield [new Ref(database, collection, idInDocumentKey(key)), versions]
  }
}
