/** Writing the past of documents (data-model §4.4). */
import {
  Action,
  EventValue,
  failure,
  instanceNotFound,
  integer,
  invalidArgument,
  nativeCollections,
  ObjectValue,
  type Position,
  permissionDenied,
  type Ref,
  type Time,
  Time as TimeValue,
  userCollectionIdMin,
  validationFailed,
} from '@vivarium/fql'
import { collectionOf, isAllowed } from '../authorization.ts'
import type { StoredVersion } from '../codec.ts'
import type { DatabaseView } from '../database-view.ts'
import { checkFields } from '../fields.ts'
import { mask, patchObject } from '../patch.ts'
import { checkReferences } from '../references.ts'
import { storable } from '../storable.ts'
import { documentTypeOf } from '../types/table.ts'
import {
  type Moment,
  noteRewritten,
  putVersionAt,
  removeVersionAt,
  versionsAround,
} from '../version-history.ts'
import { minimumValidTime } from '../versions.ts'
import { rewriteEntries } from './rewrite-entries.ts'
import { writableParams } from './write-document.ts'

type WrittenAction = 'create' | 'update' | 'delete'

/** A version of a document, by its time and what it is. */
interface Place {
  readonly ts: Time
  readonly action: WrittenAction
}

/**
 * Writes a version of a document, which need not exist, valid from a time that is not in the future. What
 * follows it is told against it from then on. Before the minimum valid time nobody would see it: there it
 * leaves nothing behind.
 *
 * @throws at the form: `invalid argument` for a ref that has no history of its own, `permission denied`,
 * `invalid write time`, `validation failed`
 */
export function insertVersion(
  view: DatabaseView,
  ref: Ref,
  { ts, action, params: given }: Place & { readonly params: ObjectValue },
  position: Position,
): EventValue {
  const { unit } = view
  const isKey = ref.collection === nativeCollections.keys
  if (!isKey && ref.collection < userCollectionIdMin) {
    throw invalidArgument('Cannot insert event for specified ref.', position)
  }
  const params = storable(given)
  checkReferences(view, params, position)
  if (!view.hasCollection(ref)) throw instanceNotFound('Collection', position)
  const type = documentTypeOf(ref)
  const masked = writableParams(type, params, 'create')
  if (!mayWriteHistory(view, ref, { ts, action }, masked)) throw permissionDenied(position)
  const micros = ts.toMicros()
  if (micros > unit.transaction.timestamp) {
    throw failure('invalid write time', 'Cannot write outside of snapshot time.', position)
  }
  const isDeletion = action === 'delete'
  const fields = isDeletion ? ObjectValue.empty : insertedFields(view, ref, masked)
  const { data, ttl } = type.fields
  const shapes = { ...(data && { data }), ...(ttl && { ttl }) }
  const failures = checkFields(fields, shapes)
  if (failures.length > 0) throw validationFailed(failures, position)
  const version = { micros, isDeletion, fields }
  // No key is of a time before the epoch; none is kept so long ago either.
  const minimum = minimumValidTime(unit, ref.database, ref.collection)
  if (micros >= 0n && micros >= minimum) rewrite(view, ref, version)
  return new EventValue({
    of: 'document',
    ts: integer(micros),
    action: new Action(isDeletion ? 'delete' : 'create'),
    document: ref,
    data: fields.get('data') ?? null,
  })
}

/**
 * Takes a version out of a document's history, if it has one of this time and kind.
 *
 * @throws at the form: `invalid argument` for what is no document of a user collection,
 * `permission denied`
 */
export function removeVersion(
  view: DatabaseView,
  ref: Ref,
  { ts, action }: Place,
  position: Position,
): void {
  const { unit } = view
  if (ref.collection < userCollectionIdMin) {
    throw invalidArgument('Cannot remove event for specified ref.', position)
  }
  if (!view.hasCollection(ref)) throw instanceNotFound('Collection', position)
  const micros = ts.toMicros()
  const { same } = versionsAround(unit, ref, micros)
  const found = same?.isDeletion === (action === 'delete') ? same : undefined
  if (!mayWriteHistory(view, ref, { ts, action }, found?.fields ?? ObjectValue.empty)) {
    throw permissionDenied(position)
  }
  const minimum = minimumValidTime(unit, ref.database, ref.collection)
  if (found !== undefined && micros >= minimum) rewrite(view, ref, undefined, found)
}

function mayWriteHistory(
  view: DatabaseView,
  ref: Ref,
  { ts, action }: Place,
  fields: ObjectValue,
): boolean {
  return isAllowed(view, 'history_write', collectionOf(ref), () => [ref, ts, action, fields])
}

const microsPerDay = 86_400_000_000n

/** The fields of an inserted version: what is given alone, with the collection's `ttl_days`. */
function insertedFields(view: DatabaseView, ref: Ref, params: ObjectValue): ObjectValue {
  const hidden = new Set(['credentials', 'secret', 'hashed_secret'])
  const patched = patchObject(ObjectValue.empty, params)
  const fields = mask(patched, (key) => !hidden.has(key))
  const days = view.unit.schema(ref.database).collections.get(ref.collection)?.ttlDays
  if (days === undefined || fields.has('ttl')) return fields
  const expires = view.unit.transaction.timestamp + BigInt(days) * microsPerDay
  return fields.with('ttl', TimeValue.fromMicros(expires))
}

/** Puts `version` into the history, or takes `removed` out of it, with all that follows from it. */
function rewrite(
  view: DatabaseView,
  ref: Ref,
  version: StoredVersion | undefined,
  removed?: StoredVersion,
): void {
  const { unit } = view
  const micros = (version ?? removed)?.micros ?? 0n
  const around = versionsAround(unit, ref, micros)
  rewriteEntries(view, ref, { ...around, micros, version })
  const kept =
    version === undefined ? removeVersionAt(unit, ref, micros) : putVersionAt(unit, ref, version)
  settleType(view, ref, kept)
  noteRewritten(unit, ref, micros)
  tell(view, ref, { ...around, micros }, version)
}

/** What is kept of a key besides its document follows the version that is valid now. */
function settleType(
  view: DatabaseView,
  ref: Ref,
  { before, after }: { readonly before?: StoredVersion; readonly after?: StoredVersion },
): void {
  const type = documentTypeOf(ref)
  if (type.native === undefined) return
  if (before !== undefined && after === undefined) type.deleted(view, ref, before.fields)
}

/** Tells who follows the document: of the version itself, and of the one after it (data-model §10.2). */
function tell(
  view: DatabaseView,
  ref: Ref,
  { previous, same, next, micros }: Moment,
  version: StoredVersion | undefined,
): void {
  const { changes, transaction } = view.unit
  if (changes === undefined) return
  const live = (one: StoredVersion | undefined) => (one?.isDeletion ? undefined : one)
  if (micros === transaction.timestamp) {
    changes.wrote(ref, live(same ?? previous), live(version ?? previous))
    return
  }
  const follow = (before: StoredVersion | undefined) => {
    if (next === undefined) return
    changes.rewrote({ ref, version: next, previous: live(before), isRemoved: false })
  }
  if (version !== undefined) {
    follow(version)
    changes.rewrote({ ref, version, previous: live(previous), isRemoved: false })
  } else if (same !== undefined) {
    changes.rewrote({ ref, version: same, previous: live(previous), isRemoved: true })
    follow(previous)
  }
  const steps = (here: StoredVersion | undefined) => [
    ...(here === undefined ? [] : [{ micros, before: live(previous), after: live(here) }]),
    ...(next === undefined
      ? []
      : [{ micros: next.micros, before: live(here ?? previous), after: live(next) }]),
  ]
  changes.revised({ ref, old: steps(same), now: steps(version) })
}
