/** From changes to the events of streams (wire §7.3, data-model §10.2). */
import { type ObjectValue, type Ref, Time, type Value } from '@vivarium/fql'
import type { HistoryRewrite, LiveChange } from '../model/changes.ts'
import type { StoredVersion } from '../model/codec.ts'
import type { EntryChange } from '../model/entry-changes.ts'
import type { Index } from '../model/schema.ts'

/** A version of a document has come about, in the present or in the past. */
export interface VersionEvent {
  readonly type: 'version' | 'history_rewrite'
  readonly action: 'create' | 'update' | 'delete'
  readonly ref: Ref
  /** Valid time of the version, in microseconds. */
  readonly micros: bigint
  /** What is shown as the document; for a deletion that is what was deleted. */
  readonly shown: StoredVersion
  readonly previous: StoredVersion | undefined
  /** A version of the past that is no more: nothing is told of what it held. */
  readonly isRemoved: boolean
}

/** A document has entered or left a set. */
export interface SetEvent {
  readonly type: 'set'
  readonly action: 'add' | 'remove'
  readonly ref: Ref
  readonly micros: bigint
  /** Absent for the documents of a collection. */
  readonly entry:
    | {
        readonly index: Index
        readonly terms: readonly Value[]
        readonly values: readonly Value[]
      }
    | undefined
}

/** What a stream tells, besides its start and its end. */
export type StreamEvent = VersionEvent | SetEvent

/** The version that a document had before a change, if it could still be read. */
export function liveBefore({ before }: LiveChange, committed: bigint): StoredVersion | undefined {
  return before !== undefined && isLiveAt(before.fields, committed) ? before : undefined
}

/** The version that a change has left, if it can be read. */
export function liveAfter({ after }: LiveChange, committed: bigint): StoredVersion | undefined {
  return after !== undefined && isLiveAt(after.fields, committed) ? after : undefined
}

function isLiveAt(fields: ObjectValue, micros: bigint): boolean {
  const ttl = fields.get('ttl')
  return !(ttl instanceof Time) || ttl.toMicros() > micros
}

/** The event of a document's stream. */
export function versionEvent(change: LiveChange, committed: bigint): VersionEvent | undefined {
  const { ref, before, after } = change
  const shown = after ?? before
  if (shown === undefined) return undefined
  const previous = liveBefore(change, committed)
  const action = after === undefined ? 'delete' : previous === undefined ? 'create' : 'update'
  return {
    type: 'version',
    action,
    ref,
    micros: committed,
    shown,
    previous: after === undefined ? before : previous,
    isRemoved: false,
  }
}

/** The event of a document's stream when its past changes. */
export function rewriteEvent({ ref, version, previous, isRemoved }: HistoryRewrite): VersionEvent {
  const isDeletion = version.isDeletion
  const before = previous?.isDeletion ? undefined : previous
  return {
    type: 'history_rewrite',
    action: isDeletion ? 'delete' : before === undefined ? 'create' : 'update',
    ref,
    micros: version.micros,
    shown: isDeletion ? (before ?? version) : version,
    previous: before,
    isRemoved,
  }
}

/**
 * The event of the set of a collection's documents. One that had expired left without a word, so it enters
 * again.
 */
export function documentsEvent(change: LiveChange, committed: bigint): SetEvent | undefined {
  const isThere = liveAfter(change, committed) !== undefined
  const wasThere = isThere ? liveBefore(change, committed) : change.before
  if (isThere === (wasThere !== undefined)) return undefined
  const action = isThere ? 'add' : 'remove'
  return { type: 'set', action, ref: change.ref, micros: committed, entry: undefined }
}

/** The event of an index's set. */
export function entryEvent(
  ref: Ref,
  committed: bigint,
  { index, terms }: { readonly index: Index; readonly terms: readonly Value[] },
  { action, values }: EntryChange,
): SetEvent {
  return { type: 'set', action, ref, micros: committed, entry: { index, terms, values } }
}
