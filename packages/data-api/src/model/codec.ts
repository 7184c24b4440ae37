/**
 * Values as the bytes of a stored document: a tag, then the content. Compact and quick to read rather
 * than ordered; what must sort is encoded by `orderKey` of the language.
 *
 * ```
 * version = micros(8) flags(1) [ttl(8)] object      flags: 1 = a deletion, 2 = it has a ttl
 * object  = count(varint) { key(text) value }
 * text    = length(varint) UTF-8
 * ```
 */
import {
  BytesValue,
  DateValue,
  Double,
  type Integer,
  integer,
  isArray,
  type LambdaValue,
  ObjectValue,
  Ref,
  Time,
  Uuid,
  type Value,
  wellFormed,
} from '@vivarium/fql'
import { FieldNames } from './field-names.ts'
import { readInt64, writeUint64 } from './uint64.ts'

const tags = {
  null: 0,
  false: 1,
  true: 2,
  /** Zig-zag varint. */
  small: 3,
  /** Eight bytes. */
  large: 4,
  double: 5,
  string: 6,
  array: 7,
  object: 8,
  ref: 9,
  time: 10,
  date: 11,
  bytes: 12,
  uuid: 13,
  lambda: 14,
} as const

/** How lambdas are written and read: as the JSON of an `@query`. */
export interface LambdaCodec {
  write(lambda: LambdaValue): string
  read(json: string): LambdaValue
}

/** A version of a document as it is stored. */
export interface StoredVersion {
  /** Valid time, microseconds since the Unix epoch. */
  readonly micros: bigint
  readonly isDeletion: boolean
  readonly fields: ObjectValue
}

const flags = { deletion: 1, ttl: 2 } as const

/** The bytes of a version. Its `ttl` stands before the fields too, for whoever asks only for that. */
export function encodeVersion(version: StoredVersion, lambdas: LambdaCodec): Uint8Array {
  const ttl = version.fields.get('ttl')
  const writer = new Writer(lambdas)
  writer.uint64(version.micros)
  writer.byte((version.isDeletion ? flags.deletion : 0) | (ttl instanceof Time ? flags.ttl : 0))
  if (ttl instanceof Time) writer.uint64(ttl.toMicros())
  writer.object(version.fields)
  return writer.finish()
}

/** Reads a version. The bytes may be borrowed: nothing of them is kept. */
export function decodeVersion(bytes: Uint8Array, lambdas: LambdaCodec): StoredVersion {
  const reader = new Reader(bytes, lambdas)
  const micros = reader.uint64()
  const flag = reader.byte()
  if (flag & flags.ttl) reader.uint64()
  return { micros, isDeletion: (flag & flags.deletion) !== 0, fields: reader.object() }
}

/** The valid time of a stored version, and whether it is a deletion, without reading its fields. */
export function versionHeader(bytes: Uint8Array): Pick<StoredVersion, 'micros' | 'isDeletion'> {
  const micros = readInt64(bytes, 0)
  return { micros, isDeletion: ((bytes[8] ?? 0) & flags.deletion) !== 0 }
}

/** When a stored version expires, in microseconds, without reading its fields; undefined for never. */
export function ttlOfVersion(bytes: Uint8Array): bigint | undefined {
  if (((bytes[8] ?? 0) & flags.ttl) === 0) return undefined
  return readInt64(bytes, 9)
}

/** The bytes of several values. */
export function encodeValues(values: readonly Value[], lambdas: LambdaCodec): Uint8Array {
  const writer = new Writer(lambdas)
  writer.values(values)
  return writer.finish()
}

/** Reads what `encodeValues` wrote, from `offset`. */
export function decodeValues(bytes: Uint8Array, lambdas: LambdaCodec, offset = 0): Value[] {
  return new Reader(bytes, lambdas, offset).values()
}

/** One buffer serves all writers: encoding is synchronous, and the result is copied out. */
let scratch = Buffer.allocUnsafe(64 * 1024)

class Writer {
  readonly #lambdas: LambdaCodec
  #at = 0

  constructor(lambdas: LambdaCodec) {
    this.#lambdas = lambdas
  }

  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(scratch, 0, this.#at)
  }

  byte(value: number): void {
    this.#reserve(1)
    scratch[this.#at++] = value
  }

  uint64(value: bigint): void {
    this.#reserve(8)
    writeUint64(scratch, value, this.#at)
    this.#at += 8
  }

  object(value: ObjectValue): void {
    this.#varint(value.keys.length)
    for (let i = 0; i < value.keys.length; i++) {
      this.#text(value.keys[i] as string)
      this.#value(value.values[i] as Value)
    }
  }

  values(values: readonly Value[]): void {
    this.#varint(values.length)
    for (const value of values) this.#value(value)
  }

  #value(value: Value): void {
    if (typeof value === 'string') this.#string(value)
    else if (typeof value === 'number' || typeof value === 'bigint') this.#integer(value)
    else if (typeof value === 'boolean') this.byte(value ? tags.true : tags.false)
    else if (value === null) this.byte(tags.null)
    else if (isArray(value)) {
      this.byte(tags.array)
      this.values(value)
    } else this.#composite(value)
  }

  #composite(value: Exclude<Value, null | boolean | Integer | string | readonly Value[]>): void {
    switch (value.kind) {
      case 'object':
        this.byte(tags.object)
        this.object(value)
        break
      case 'ref':
        this.byte(tags.ref)
        this.uint64(value.database)
        this.#varint(value.collection)
        this.uint64(value.id)
        break
      case 'double':
        this.byte(tags.double)
        this.#double(value.value)
        break
      case 'time':
        this.byte(tags.time)
        this.#double(value.seconds)
        this.#varint(value.nanos)
        break
      case 'date':
        this.byte(tags.date)
        this.#double(value.epochDay)
        break
      case 'transaction time':
        this.#integer(value.toInteger())
        break
      case 'action':
        this.#string(value.name)
        break
      case 'bytes':
        this.byte(tags.bytes)
        this.#bytes(value.bytes)
        break
      case 'uuid':
        this.byte(tags.uuid)
        this.#text(value.text)
        break
      case 'lambda':
        this.byte(tags.lambda)
        this.#text(this.#lambdas.write(value))
        break
      default:
        // `storable` turned every other kind into an object before it came here.
        throw new Error(`a ${value.kind} cannot be stored`)
    }
  }

  #string(text: string): void {
    this.byte(tags.string)
    this.#text(text)
  }

  #integer(value: Integer): void {
    const isSmall = typeof value === 'number' && value >= -0x40000000 && value < 0x40000000
    this.byte(isSmall ? tags.small : tags.large)
    if (isSmall) this.#varint(value < 0 ? -value * 2 - 1 : value * 2)
    else this.uint64(BigInt(value))
  }

  #double(value: number): void {
    this.#reserve(8)
    scratch.writeDoubleBE(value, this.#at)
    this.#at += 8
  }

  #varint(value: number): void {
    this.#reserve(5)
    let rest = value
    while (rest >= 0x80) {
      scratch[this.#at++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    scratch[this.#at++] = rest
  }

  #text(given: string): void {
    const text = wellFormed(given)
    const bytes = Buffer.byteLength(text)
    this.#varint(bytes)
    this.#reserve(bytes)
    scratch.write(text, this.#at, 'utf8')
    this.#at += bytes
  }

  #bytes(bytes: Uint8Array): void {
    this.#varint(bytes.length)
    this.#reserve(bytes.length)
    scratch.set(bytes, this.#at)
    this.#at += bytes.length
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= scratch.length) return
    const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, this.#at + bytes))
    scratch.copy(larger, 0, 0, this.#at)
    scratch = larger
  }
}

const fieldNames = new FieldNames()

class Reader {
  readonly #bytes: Buffer
  readonly #lambdas: LambdaCodec
  #at: number

  constructor(bytes: Uint8Array, lambdas: LambdaCodec, offset = 0) {
    this.#bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#lambdas = lambdas
    this.#at = offset
  }

  byte(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new RangeError('a stored value ends too early')
    return byte
  }

  uint64(): bigint {
    this.#at += 8
    return readInt64(this.#bytes, this.#at - 8)
  }

  object(): ObjectValue {
    const count = this.#varint()
    const keys = new Array<string>(count)
    const values = new Array<Value>(count)
    for (let i = 0; i < count; i++) {
      keys[i] = this.#name()
      values[i] = this.#value()
    }
    return new ObjectValue(keys, values)
  }

  values(): Value[] {
    const values = new Array<Value>(this.#varint())
    for (let i = 0; i < values.length; i++) values[i] = this.#value()
    return values
  }

  #value(): Value {
    const tag = this.byte()
    switch (tag) {
      case tags.null:
        return null
      case tags.false:
        return false
      case tags.true:
        return true
      case tags.small: {
        const zigzag = this.#varint()
        return zigzag & 1 ? -((zigzag + 1) / 2) : zigzag / 2
      }
      case tags.large:
        return integer(this.uint64())
      case tags.double:
        return new Double(this.#double())
      case tags.string:
        return this.#text()
      case tags.array:
        return this.values()
      case tags.object:
        return this.object()
      case tags.ref: {
        const database = this.uint64()
        return new Ref(database, this.#varint(), this.uint64())
      }
      case tags.time: {
        const seconds = this.#double()
        return new Time(seconds, this.#varint())
      }
      case tags.date:
        return new DateValue(this.#double())
      case tags.bytes:
        return new BytesValue(Uint8Array.from(this.#slice(this.#varint())))
      case tags.uuid:
        return new Uuid(this.#text())
      case tags.lambda:
        return this.#lambdas.read(this.#text())
      default:
        throw new Error(`unknown tag ${tag} in a stored value`)
    }
  }

  #double(): number {
    this.#at += 8
    return this.#bytes.readDoubleBE(this.#at - 8)
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value >>> 0
    }
  }

  #text(): string {
    const length = this.#varint()
    const from = this.#at
    this.#at += length
    return this.#bytes.toString('utf8', from, this.#at)
  }

  #name(): string {
    const length = this.#varint()
    const from = this.#at
    this.#at += length
    return fieldNames.read(this.#bytes, from, this.#at)
  }

  #slice(length: number): Uint8Array {
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
}
