import type { DocumentValue } from './document.ts'
import type { EventValue } from './event.ts'
import type { LambdaValue } from './lambda.ts'
import type { Double, Integer } from './numbers.ts'
import type { ObjectValue } from './object.ts'
import type { PageValue, SourcedValue } from './page.ts'
import type { Ref, UnresolvedRef } from './ref.ts'
import type { SetValue } from './set.ts'
import type { DateValue, Time, TransactionTime } from './time.ts'

/** Bytes: an immutable byte string. */
export class BytesValue {
  readonly kind = 'bytes'
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** A UUID, in lower case with all its digits. */
export class Uuid {
  readonly kind = 'uuid'
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What happened in an event; a string to most functions, but a type of its own (fql-v4 §2.1). */
export class Action {
  readonly kind = 'action'
  readonly name: 'create' | 'update' | 'delete' | 'add' | 'remove'

  constructor(name: Action['name']) {
    this.name = name
  }
}

/** Every value of the language (fql-v4 §2.1). Immutable. */
export type Value =
  | null
  | boolean
  | Integer
  | Double
  | string
  | readonly Value[]
  | ObjectValue
  | BytesValue
  | Uuid
  | Time
  | DateValue
  | TransactionTime
  | Action
  | Ref
  | UnresolvedRef
  | DocumentValue
  | PageValue
  | SourcedValue
  | EventValue
  | SetValue
  | LambdaValue

/** Whether `value` is an array; narrows, unlike `Array.isArray`, to a readonly one. */
export function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** Whether `value` is an Integer. */
export function isInteger(value: Value): value is Integer {
  return typeof value === 'number' || typeof value === 'bigint'
}
