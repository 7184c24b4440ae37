/** The history of one document as events (data-model §4.3). */
import {
  type EventEntry,
  type EventsOptions,
  ObjectValue,
  type Ref,
  type Value,
} from '@vivarium/fql'
import { encodeValues, type StoredVersion } from './codec.ts'
import { difference } from './difference.ts'
import type { UnitOfWork } from './unit-of-work.ts'
import { versionsWithin, versionUpTo } from './version-range.ts'
import { expiresBy, minimumValidTime } from './versions.ts'

/** A version, and the live one before it that its event is told against. */
interface Step {
  readonly version: StoredVersion
  readonly previous: StoredVersion | undefined
}

/** What happened to a document: its versions, each with what it changed. */
export function* documentEvents(
  unit: UnitOfWork,
  ref: Ref,
  options: EventsOptions,
): IterableIterator<EventEntry> {
  for (const step of steps(unit, ref, options)) {
    const { version, previous } = step
    const action = version.isDeletion ? 'delete' : previous === undefined ? 'create' : 'update'
    const data = changedData(unit, ref, step)
    yield { values: [], ref, event: { of: 'document', micros: version.micros, action, data } }
  }
}

/** A document's coming and going, as a set that has it for its one entry (fql-v4 §5.6). */
export function* singletonEvents(
  unit: UnitOfWork,
  ref: Ref,
  options: EventsOptions,
): IterableIterator<EventEntry> {
  for (const { version, previous } of steps(unit, ref, options)) {
    const { micros, isDeletion } = version
    if (isDeletion !== (previous !== undefined)) continue
    const action = isDeletion ? 'remove' : 'add'
    yield { values: [], ref, event: { of: 'set', micros, action } }
  }
}

/**
 * The versions that can still be seen. What was valid at the minimum valid time stands for all before it,
 * unless it was deleted or has expired by then.
 */
function* steps(unit: UnitOfWork, ref: Ref, options: EventsOptions): IterableIterator<Step> {
  const minimum = minimumValidTime(unit, ref.database, ref.collection)
  const { from = 0n, to = unit.transaction.timestamp, reverse = false } = options
  const oldest = versionUpTo(unit, ref, minimum)
  const root =
    oldest === undefined || oldest.isDeletion || expiresBy(oldest.fields.get('ttl'), minimum)
      ? undefined
      : oldest
  const rootStep =
    root !== undefined && from <= root.micros && root.micros <= to
      ? [{ version: root, previous: undefined }]
      : []
  const range = { from: from > minimum ? from : minimum + 1n, to }
  if (!reverse) {
    yield* rootStep
    const before = from > minimum + 1n ? versionUpTo(unit, ref, from - 1n) : root
    // What precedes the range may be the root, or what hides it.
    let previous = before !== undefined && before.micros <= minimum ? root : live(before)
    for (const version of versionsWithin(unit, ref, range, options)) {
      yield { version, previous }
      previous = live(version)
    }
    return
  }
  let later: StoredVersion | undefined
  for (const version of versionsWithin(unit, ref, { from: minimum + 1n, to }, options)) {
    if (later !== undefined) yield { version: later, previous: live(version) }
    later = version
    if (version.micros < from) return
  }
  if (later !== undefined) yield { version: later, previous: root }
  yield* rootStep
}

const live = (version: StoredVersion | undefined) =>
  version === undefined || version.isDeletion ? undefined : version

/** What a version changed of the document's `data`: all of it at first, null for nothing. */
function changedData(unit: UnitOfWork, ref: Ref, { version, previous }: Step): Value {
  if (version.isDeletion) return null
  const dataOf = (one: StoredVersion) => {
    const data = one.fields.get('data')
    return data instanceof ObjectValue ? data : ObjectValue.empty
  }
  const lambdas = unit.lambdas(ref.database)
  const isSame = (a: Value, b: Value) =>
    Buffer.compare(encodeValues([a], lambdas), encodeValues([b], lambdas)) === 0
  const before = previous === undefined ? ObjectValue.empty : dataOf(previous)
  const changed = difference(before, dataOf(version), isSame)
  return changed.keys.length === 0 ? null : changed
}
