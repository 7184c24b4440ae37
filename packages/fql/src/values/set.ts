import type { Position } from '../position.ts'
import { EventValue, type SetEvent } from './event.ts'
import type { LambdaValue } from './lambda.ts'
import { integer } from './numbers.ts'
import type { Ref } from './ref.ts'
import { Action, type Value } from './value.ts'

/**
 * A set: the description of entries that are read only when asked for (fql-v4 §5).
 *
 * `match`, `documents`, `schema`, `document` and `singleton` are read from the database; the others are
 * made of sets.
 */
export type SetDescription =
  | { readonly form: 'match'; readonly index: Ref; readonly terms: readonly Value[] }
  | { readonly form: 'documents'; readonly collection: Ref }
  /** The documents of a built-in collection, from its own ref (`Collections()`). */
  | { readonly form: 'schema'; readonly collection: Ref }
  /** The one document of a ref that was given where a set is wanted. */
  | { readonly form: 'document'; readonly ref: Ref }
  | { readonly form: 'singleton'; readonly ref: Ref }
  | { readonly form: 'events'; readonly source: SetValue }
  | {
      readonly form: 'union' | 'intersection' | 'difference'
      readonly sets: readonly SetValue[]
    }
  | { readonly form: 'distinct' | 'reverse'; readonly source: SetValue }
  | {
      readonly form: 'range'
      readonly source: SetValue
      readonly from: readonly Value[]
      readonly to: readonly Value[]
    }
  | {
      readonly form: 'filter'
      readonly source: SetValue
      readonly lambda: LambdaValue
      /** Of the lambda where the set was written: its errors are put there. */
      readonly position: Position
    }
  | {
      readonly form: 'join'
      readonly source: SetValue
      readonly target: Ref | LambdaValue
      /** Of the target where the set was written. */
      readonly position: Position
    }

/** The sets that a database reads; every other is computed from them. */
export type BaseSet = Extract<
  SetDescription,
  { form: 'match' | 'documents' | 'schema' | 'document' | 'singleton' }
>

/** A set as a value. */
export class SetValue {
  readonly kind = 'set'
  readonly set: SetDescription

  constructor(set: SetDescription) {
    this.set = set
  }
}

/** One entry of a set: the covered values, and the document they are of (fql-v4 §5.1). */
export interface SetEntry {
  readonly values: readonly Value[]
  readonly ref: Ref
  /** The sets it came from, where several were combined. */
  readonly sources?: readonly SetValue[]
  /** What happened to it, in the history of a set. */
  readonly event?: SetEvent
}

/** An event of a set's history: the entry, and what happened to it (fql-v4 §5.6). */
export interface EventEntry extends SetEntry {
  readonly event: SetEvent
}

/**
 * A place between the entries of a set, in the set's own order: just before or just after all entries
 * that begin with `values` (and, if given, are of `ref`).
 */
export interface SetBound {
  readonly values: readonly Value[]
  readonly ref?: Ref | undefined
  readonly side: 'before' | 'after'
  /** Among the events of a history, the place is this one. */
  readonly event?: EventPlace | undefined
}

/** A place between the events of a history: before all whose keys are not less (event-place.ts). */
export interface EventPlace {
  readonly micros: bigint
  readonly key: Uint8Array
}

/** The element that an entry yields: its ref, its one value, its values, or an event (fql-v4 §5.1). */
export function elementOf(entry: SetEntry): Value {
  if (entry.event !== undefined) return eventValue(entry, entry.event, entry.event.data)
  if (entry.values.length === 0) return entry.ref
  return entry.values.length === 1 ? (entry.values[0] as Value) : entry.values
}

/** The entry's cursor: its values, then its ref; of an event, what finds it again. */
export function cursorOf(entry: SetEntry): Value {
  return entry.event === undefined
    ? [...entry.values, entry.ref]
    : eventValue(entry, entry.event, undefined)
}

/** Set events have the entry's values for their data, if there are any (wire §5.8). */
function eventValue({ values, ref }: SetEntry, event: SetEvent, data: Value | undefined): Value {
  const { of, micros, action } = event
  return new EventValue({
    of,
    ts: integer(micros),
    action: new Action(action),
    document: ref,
    data: of === 'document' ? data : values.length === 0 ? undefined : values,
  })
}
