import type { Integer } from './numbers.ts'
import type { Ref } from './ref.ts'
import type { TransactionTime } from './time.ts'
import type { Action, Value } from './value.ts'

/** An event of a document's or a set's history (wire §5.8). */
export class EventValue {
  readonly kind = 'event'
  readonly of: 'document' | 'set'
  readonly ts: Integer | TransactionTime
  readonly action: Action
  /** Absent in a cursor that names only a time. */
  readonly document: Ref | undefined
  /** Document event: the changed part of `data`, or null. Set event: the entry's values. */
  readonly data: Value | undefined

  constructor(event: {
    readonly of: 'document' | 'set'
    readonly ts: Integer | TransactionTime
    readonly action: Action
    readonly document?: Ref | undefined
    readonly data?: Value | undefined
  }) {
    this.of = event.of
    this.ts = event.ts
    this.action = event.action
    this.document = event.document
    this.data = event.data
  }
}

/** What happened to an entry of a set, or to a document, as histories hold it. */
export interface SetEvent {
  readonly of: 'document' | 'set'
  /** Valid time, in microseconds since the Unix epoch. */
  readonly micros: bigint
  readonly action: Action['name']
  /** Of a document event: the changed part of the document's `data`, or null. */
  readonly data?: Value
  /**
   * It happened before the history that is kept begins: never shown, it says only what was there then
   * (data-model §4.1).
   */
  readonly predates?: boolean
}
