/**
 * Values as bytes that sort in the total order of the language (fql-v4 §3.2).
 *
 * A value is a tag, which orders the types, and a content, which orders within the type and tells where it
 * ends; so the key of a tuple is the keys of its values one after another, and begins with the key of every
 * prefix of the tuple. Any key of a longer tuple is below the prefix's key followed by FF. A descending
 * value has all bits inverted.
 */
import { storedForm } from '../render.ts'
import type { ObjectValue } from './object.ts'
import { orderForm } from './order-form.ts'
import { Ref } from './ref.ts'
import { elementsOf, escapeZeros, stringKeyBytesMax, writeStringKey } from './string-order.ts'
import { wellFormed } from './text.ts'
import { isArray, type Value } from './value.ts'

const tags = {
  end: 0x01,
  number: 0x10,
  bytes: 0x14,
  string: 0x18,
  array: 0x1c,
  object: 0x20,
  ref: 0x24,
  time: 0x28,
  date: 0x2c,
  lambda: 0x30,
  transactionTime: 0x34,
  uuid: 0x38,
  false: 0x3c,
  true: 0x40,
  null: 0x44,
} as const

let scratch = Buffer.allocUnsafe(4096)

/**
 * The order key of a tuple of values. `reversed[i]` says that the i-th descends.
 *
 * Unresolved refs have no place in the order: the caller has refused them.
 */
export function orderKey(values: readonly Value[], reversed: readonly boolean[] = []): Uint8Array {
  let at = 0
  for (let i = 0; i < values.length; i++) {
    const from = at
    at = write(values[i] as Value, at)
    if (reversed[i] === true) invert(from, at)
  }
  return Uint8Array.prototype.slice.call(scratch, 0, at)
}

function invert(from: number, to: number): void {
  for (let i = from; i < to; i++) scratch[i] = ~(scratch[i] as number)
}

function reserve(at: number, bytes: number): void {
  if (at + bytes <= scratch.length) return
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + bytes))
  scratch.copy(larger, 0, 0, at)
  scratch = larger
}

function write(value: Value, offset: number): number {
  reserve(offset, 32)
  switch (typeof value) {
    case 'string':
      return writeString(value, offset)
    case 'number':
      return writeNumber(value, 0, offset)
    case 'bigint': {
      const rounded = Number(value)
      return writeNumber(rounded, Number(value - BigInt(rounded)), offset)
    }
    case 'boolean':
      scratch[offset] = value ? tags.true : tags.false
      return offset + 1
    default:
  }
  if (value === null) {
    scratch[offset] = tags.null
    return offset + 1
  }
  if (isArray(value)) return writeAll(value, tags.array, offset)
  return writeComposite(value, offset)
}

type Composite = Exclude<Value, null | boolean | number | bigint | string | readonly Value[]>

function writeComposite(value: Composite, offset: number): number {
  switch (value.kind) {
    case 'double':
      return writeNumber(value.value, 0, offset)
    case 'ref':
      scratch[offset] = tags.ref
      scratch.writeBigUInt64BE(BigInt.asUintN(64, value.id), offset + 1)
      scratch.writeUInt32BE(value.collection, offset + 9)
      return offset + 13
    case 'time':
      scratch[offset] = tags.time
      writeDouble(value.seconds, offset + 1)
      scratch.writeUInt32BE(value.nanos, offset + 9)
      return offset + 13
    case 'date':
      scratch[offset] = tags.date
      writeDouble(value.epochDay, offset + 1)
      return offset + 9
    case 'transaction time':
      scratch[offset] = tags.transactionTime
      scratch.writeBigUInt64BE(value.micros, offset + 1)
      return offset + 9
    case 'action':
      return writeString(value.name, offset)
    case 'bytes':
      return writeBytes(value.bytes, tags.bytes, offset)
    case 'uuid':
      return writeBytes(Buffer.from(value.text), tags.uuid, offset)
    case 'object':
      return writeObject(value, offset)
    case 'lambda':
      return writeBytes(Buffer.from(storedForm(value)), tags.lambda, offset)
    case 'unresolved':
      throw new Error('an unresolved ref has no place in the order of values')
    default:
      return write(orderForm(value), offset)
  }
}

function writeString(given: string, offset: number): number {
  const text = wellFormed(given)
  const elements = elementsOf(text)
  reserve(offset, stringKeyBytesMax(text, elements) + 32)
  scratch[offset] = tags.string
  return writeStringKey(text, elements, scratch, offset + 1)
}

/**
 * A number by its value as a double; what rounding a large Integer lost comes after. Integer 1 and Double
 * 1.0 are equal in this order.
 */
function writeNumber(rounded: number, rest: number, offset: number): number {
  scratch[offset] = tags.number
  writeDouble(rounded, offset + 1)
  scratch.writeUInt16BE(0x8000 + rest, offset + 9)
  return offset + 11
}

/** The bits of a double in an order that sorts: NaN above infinity, -0 below 0. */
function writeDouble(value: number, offset: number): void {
  scratch.writeDoubleBE(value, offset)
  if ((scratch[offset] as number) & 0x80) {
    for (let i = offset; i < offset + 8; i++) scratch[i] = ~(scratch[i] as number)
  } else {
    scratch[offset] = (scratch[offset] as number) | 0x80
  }
}

function writeBytes(bytes: Uint8Array, tag: number, offset: number): number {
  reserve(offset, bytes.length * 2 + 32)
  scratch[offset] = tag
  scratch.set(bytes, offset + 1)
  const end = escapeZeros(scratch, offset + 1, offset + 1 + bytes.length)
  scratch[end] = 0
  return end + 1
}

function writeAll(values: readonly Value[], tag: number, offset: number): number {
  scratch[offset] = tag
  let at = offset + 1
  for (const value of values) at = write(value, at)
  reserve(at, 1)
  scratch[at] = tags.end
  return at + 1
}

/** Fields by their names in code-unit order, names and values in turn. */
function writeObject(object: ObjectValue, offset: number): number {
  const fields = [...object.entries()].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return writeAll(fields.flat(), tags.object, offset)
}

/** How two values stand in the total order: negative, zero or positive (fql-v4 §3.2). */
export function compareValues(a: Value, b: Value): number {
  return quickOrder(a, b) ?? Buffer.compare(orderKey([a]), orderKey([b]))
}

/** As `compareValues` where no keys are needed for it: of two small Integers, and of two refs. */
export function quickOrder(a: Value, b: Value): number | undefined {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return a instanceof Ref && b instanceof Ref ? compareRefs(a, b) : undefined
}

/** By id, then by collection. */
export function compareRefs(a: Ref, b: Ref): number {
  if (a.id === b.id) return a.collection - b.collection
  return BigInt.asUintN(64, a.id) < BigInt.asUintN(64, b.id) ? -1 : 1
}
