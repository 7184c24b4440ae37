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
