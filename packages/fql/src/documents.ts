/**
 * What the language asks of a database. The data API implements it over a transaction; the language
 * knows nothing of keys, roles or storage.
 *
 * A `Documents` is one database as one caller sees it, within one transaction: every method checks
 * the caller's permissions as data-model §6.6 says, and throws the `QueryError` of that rule. A
 * `position` is that of the form that asks; where the rule puts an error at one of the form's keys, the
 * method is given the name of that key.
 */
import type { ApiVersion } from './api-version.ts'
import type { Context } from './context.ts'
import type { Position } from './position.ts'
import type { DocumentValue } from './values/document.ts'
import type { EventValue } from './values/event.ts'
import type { LambdaValue } from './values/lambda.ts'
import type { ObjectValue } from './values/object.ts'
import type { DatabaseId, NamedCollection, NativeCollection, Ref } from './values/ref.ts'
import type { BaseSet, EventEntry, SetBound, SetEntry } from './values/set.ts'
import type { Time } from './values/time.ts'
import type { Value } from './values/value.ts'

/** How a ref renders: its id, its collection's name, and the path of its database from the caller's. */
export interface RefDescription {
  /** The name, or the decimal id. */
  readonly id: string
  /** Name of the user collection it belongs to, or of the built-in one; none for a built-in itself. */
  readonly collection: { readonly name: string; readonly isNative: boolean } | undefined
  /** Names of the databases from the caller's own down to the ref's; empty for the caller's own. */
  readonly databases: readonly string[]
}

/**
 * What one function reads of sets, which it pays for together: the first bytes of each operation are paid
 * for when they are read (wire §3.2).
 */
export interface Reading {
  /** Bytes read so far. */
  bytes: number
  /** How many of them the operations counted so far pay for. */
  paidBytes: number
}

/** A reading of nothing yet. */
export const newReading = (): Reading => ({ bytes: 0, paidBytes: 0 })

/** Where and when a base set is read. */
export interface EntriesOptions {
  /** Start here; default: the first entry (the last, if `reverse`). */
  readonly from?: SetBound | undefined
  /** Stop here; default: the last entry (the first, if `reverse`). */
  readonly to?: SetBound | undefined
  readonly reverse?: boolean
  /** Valid time to read at, in microseconds; absent for now. */
  readonly at?: bigint | undefined
  /** How many entries are likely to be taken. */
  readonly expected?: number
  /** What pays for it. */
  readonly reading: Reading
}

/** Which part of a set's history is read. */
export interface EventsOptions {
  /** The first valid time, in microseconds; absent: all. */
  readonly from?: bigint
  /** The last valid time, in microseconds; absent: all. */
  readonly to?: bigint
  readonly reverse?: boolean
  /** Also what happened before it can be seen, marked so: who combines histories needs to know it. */
  readonly predating?: boolean
  /** How many events are likely to be taken. */
  readonly expected?: number
  /** What pays for it. */
  readonly reading: Reading
}

/** What a schema of values orders by: one flag per value, true where descending. */
export interface SetShape {
  readonly reversed: readonly boolean[]
}

/** A user function, resolved and allowed: its lambda and the database as its body sees it. */
export interface ResolvedFunction {
  /** Where errors of its application are: the root of its own stored form. */
  readonly position: Position
  readonly lambda: LambdaValue
  readonly documents: Documents
}

/** One database, as one caller sees it within one transaction. */
export interface Documents {
  /** The caller's database. */
  readonly database: DatabaseId
  /** The snapshot time, what `Now()` gives. */
  readonly now: Time
  /** This transaction's commit time in microseconds, if it writes. */
  readonly transactionMicros: bigint

  /** Runs branches, none of which needs another's result; see `Transaction.all` of the store. */
  all<T>(count: number, branch: (index: number) => T): T[]

  // Names and refs

  /** The item that `name` names in `database`; undefined if there is none. */
  resolve(native: NamedCollection, name: string, database: DatabaseId): Ref | undefined
  /** The database that a ref of one names; undefined if it is gone. */
  databaseOf(ref: Ref): DatabaseId | undefined
  /** How `ref` renders; undefined if what it belongs to no longer exists. */
  describe(ref: Ref): RefDescription | undefined
  /** The caller's own document of this collection, for the id `self`; undefined if it has none. */
  self(collection: Ref): Ref | undefined

  // Reads

  /**
   * @param reading of the set that led to it, which pays for it too
   * @throws permission denied, instance not found, at `position`
   */
  get(ref: Ref, at: bigint | undefined, position: Position, reading?: Reading): DocumentValue
  /** Whether it exists and may be read; never an error. `reading` as of `get`. */
  exists(ref: Ref, at: bigint | undefined, reading?: Reading): boolean
  /** @throws permission denied at `position` if the set may not be read */
  checkSet(set: BaseSet, position: Position): void
  /**
   * The entries the caller may see, in set order. `checkSet` has been asked before.
   *
   * @throws instance not found for an index that is gone or not active
   */
  entries(set: BaseSet, options: EntriesOptions): Iterable<SetEntry>
  shape(set: BaseSet): SetShape
  /**
   * What happened to the entries of a set that the caller may see, in the order of fql-v4 §5.6; of a
   * `document`, its versions. `checkSet` has been asked before.
   */
  events(set: BaseSet, options: EventsOptions): Iterable<EventEntry>
  /** @throws the errors of `match` for an index that cannot be used (wire §4.5), at `position` */
  checkIndex(index: Ref, position: Position): void

  // Writes

  newId(): bigint
  /**
   * `key` names the form (`create`, `create_index`, …), for positions. `target` is a collection or a
   * document; `schema` is true for the `create_*` forms.
   */
  create(target: Ref, params: ObjectValue, position: Position, key: string): DocumentValue
  update(ref: Ref, params: ObjectValue, position: Position): DocumentValue
  replace(ref: Ref, params: ObjectValue, position: Position): DocumentValue
  delete(ref: Ref, position: Position): DocumentValue
  /** Writes a version into the history of a document, which need not exist; the event (fql-v4 §4.14). */
  insert(
    ref: Ref,
    version: {
      readonly ts: Time
      readonly action: 'create' | 'update' | 'delete'
      readonly params: ObjectValue
    },
    position: Position,
  ): EventValue
  /** Takes a version out of the history of a document, if it is there. */
  remove(
    ref: Ref,
    version: { readonly ts: Time; readonly action: 'create' | 'update' | 'delete' },
    position: Position,
  ): void

  /** Moves a database into another one; both may lie anywhere below the caller's own. */
  moveDatabase(source: Ref, parent: Ref, position: Position): DocumentValue

  // Functions and identity

  /**
   * The function behind `ref`, called by `caller` with `argument`.
   *
   * @throws instance not found at `call`, then permission denied at `position`
   */
  resolveFunction(ref: Ref, argument: Value, position: Position, caller: Context): ResolvedFunction
  /** The caller's identity: a document, or a JWT's subject. */
  readonly identity: Value | undefined
  /** The key or token in use, or a JWT's payload; undefined where `invalid token` is the answer. */
  readonly token: Value | undefined
  login(ref: Ref | undefined, params: ObjectValue, position: Position): DocumentValue
  identify(ref: Ref | undefined, password: string): boolean
  logout(all: boolean): boolean
  keyFromSecret(secret: string, position: Position): Value
}

/** What resolving names needs, when a query is parsed. */
export type Names = Pick<
  Documents,
  'database' | 'resolve' | 'databaseOf' | 'self' | 'checkIndex'
> & {
  /** Absent where what is stored is read: that was checked when it was written. */
  readonly shape?: Documents['shape']
}

/** Re-exported for implementers, who need both. */
export type { ApiVersion, NativeCollection }
