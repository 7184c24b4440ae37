/**
 * What a transaction has changed, told to whoever follows a database as it changes.
 *
 * Documents tell their changes as they are written (`versions.ts`); the log belongs to one run of one
 * transaction, and is published only if that run is committed.
 */
import type { DatabaseId, Ref } from '@vivarium/fql'
import type { StoredVersion } from './codec.ts'

/** A document that was written in the present: its new version is valid from the commit on. */
export interface LiveChange {
  readonly kind: 'live'
  readonly ref: Ref
  /** The version before the transaction; absent if there was none. It may have expired. */
  readonly before: StoredVersion | undefined
  /** The version that it left; absent for a deletion. */
  readonly after: StoredVersion | undefined
}

/**
 * A version of the past that was written or removed, or whose predecessor was: each counts as rewritten
 * (data-model §10.2).
 */
export interface HistoryRewrite {
  readonly kind: 'rewrite'
  readonly ref: Ref
  /** As it is now; as it was, if it was removed. */
  readonly version: StoredVersion
  /** The version before it, which its difference is told against. */
  readonly previous: StoredVersion | undefined
  readonly isRemoved: boolean
}

/** A step of a document's history: from one version to the next; either may be a deletion or absent. */
export interface HistoryStep {
  readonly micros: bigint
  readonly before: StoredVersion | undefined
  readonly after: StoredVersion | undefined
}

/** The steps of a history around a place that was rewritten, as they were and as they are: what sets tell. */
export interface HistoryRevision {
  readonly kind: 'revision'
  readonly ref: Ref
  readonly old: readonly HistoryStep[]
  readonly now: readonly HistoryStep[]
}

/** One document's part in a transaction. */
export type Change = LiveChange | HistoryRewrite | HistoryRevision

/** The changes of one run of a transaction, of the databases that somebody follows. */
export class ChangeLog {
  readonly #isWatched: (database: DatabaseId) => boolean
  /** Absent until there is one: every query has a log, and hardly one is listened to. */
  #live: Map<string, LiveChange> | undefined
  #rewrites: (HistoryRewrite | HistoryRevision)[] | undefined

  constructor(isWatched: (database: DatabaseId) => boolean) {
    this.#isWatched = isWatched
  }

  /** A document was written or deleted; what it was before its first write is what counts. */
  wrote(ref: Ref, before: StoredVersion | undefined, after: StoredVersion | undefined): void {
    if (!this.#isWatched(ref.database)) return
    const name = refName(ref)
    this.#live ??= new Map()
    const known = this.#live.get(name)
    this.#live.set(name, { kind: 'live', ref, before: known ? known.before : before, after })
  }

  /** A version of the past was written or removed, or follows one that was; in the order of the events. */
  rewrote(rewrite: Omit<HistoryRewrite, 'kind'>): void {
    if (!this.#isWatched(rewrite.ref.database)) return
    this.#rewrites ??= []
    this.#rewrites.push({ kind: 'rewrite', ...rewrite })
  }

  /** A history was rewritten, which the sets of its entries tell in their way. */
  revised(revision: Omit<HistoryRevision, 'kind'>): void {
    if (!this.#isWatched(revision.ref.database)) return
    this.#rewrites ??= []
    this.#rewrites.push({ kind: 'revision', ...revision })
  }

  /** Every change, in the order of the documents' first writes. What was made and deleted is none. */
  get changes(): readonly Change[] {
    if (this.#live === undefined) return this.#rewrites ?? []
    const live = [...this.#live.values()].filter(
      ({ before, after }) => before !== undefined || after !== undefined,
    )
    return [...live, ...(this.#rewrites ?? [])]
  }
}

/** A ref as the key of a map. */
export function refName({ database, collection, id }: Ref): string {
  return `${database}/${collection}/${id}`
}
