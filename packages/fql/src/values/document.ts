import type { Integer } from './numbers.ts'
import { ObjectValue } from './object.ts'
import type { Ref } from './ref.ts'
import type { TransactionTime } from './time.ts'

/** A version of a document, as reads and writes return it (wire §5.6). */
export class DocumentValue {
  readonly kind = 'document'
  readonly ref: Ref
  /** Valid time in microseconds; a transaction time if this transaction wrote it. */
  readonly ts: Integer | TransactionTime
  /** The fields after `ref` and `ts`, in stored order; internal ones left out. */
  readonly fields: ObjectValue
  /** True for the direct result of a create: as the whole query's result it answers 201. */
  readonly isNew: boolean

  constructor(
    ref: Ref,
    ts: Integer | TransactionTime,
    fields: ObjectValue,
    options: { readonly isNew?: boolean } = {},
  ) {
    this.ref = ref
    this.ts = ts
    this.fields = fields
    this.isNew = options.isNew ?? false
  }

  /** The document as the object it renders as. */
  toObject(): ObjectValue {
    return new ObjectValue(
      ['ref', 'ts', ...this.fields.keys],
      [this.ref, this.ts, ...this.fields.values],
    )
  }
}
