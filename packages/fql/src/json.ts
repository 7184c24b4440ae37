/**
 * JSON to literals (fql-v4 §1.2).
 *
 * `JSON.parse` cannot be used: it cannot tell `1` from `1.0`, loses integers beyond 2^53, keeps the last
 * of duplicate keys where the reference keeps the first, and moves keys that look like array indexes.
 */
import { Double, integer, integerMax, integerMin } from './values/numbers.ts'
import { ObjectValue } from './values/object.ts'
import type { Value } from './values/value.ts'

/** JSON nested deeper than this is refused (wire §9). */
export const nestingMax = 1000

/** What is wrong with a body, in the words of the answer (wire §4.6). */
export class JsonError extends Error {
  override readonly name = 'JsonError'
}

const notJson = () => new JsonError('Request body is not valid JSON.')

/** A number token longer than this is refused (wire §9). */
const numberLengthMax = 1000

/** A field's name longer than this is refused (wire §9). */
const nameLengthMax = 50_000

/**
 * Reads one JSON text: null, booleans, Integers (no fraction, no exponent), Doubles, strings, arrays and
 * objects, as values of the language.
 *
 * @throws JsonError
 */
export function parseJson(text: string): Value {
  const reader = new Reader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

const numberPattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  value(depth: number): Value {
    this.#space()
    switch (this.#text.charCodeAt(this.#at)) {
      case 0x7b:
        return this.#object(depth + 1)
      case 0x5b:
        return this.#array(depth + 1)
      case 0x22:
        return this.#string()
      case 0x74:
        return this.#word('true', true)
      case 0x66:
        return this.#word('false', false)
      case 0x6e:
        return this.#word('null', null)
      default:
        return this.#number()
    }
  }

  end(): void {
    this.#space()
    if (this.#at < this.#text.length) throw notJson()
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at)
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return
      this.#at++
    }
  }

  #word<T extends Value>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw notJson()
    this.#at += word.length
    return value
  }

  #number(): Value {
    const start = this.#at
    const text = this.#text
    // The common case: a short integer.
    let at = text.charCodeAt(at0(start, text)) === 0x2d ? start + 1 : start
    const first = at
    let value = 0
    for (; at - first < 16; at++) {
      const digit = text.charCodeAt(at) - 0x30
      if (!(digit >= 0 && digit <= 9)) break
      value = value * 10 + digit
    }
    const next = text.charCodeAt(at)
    const isPlain =
      at > first &&
      at - first < 16 &&
      next !== 0x2e &&
      next !== 0x65 &&
      next !== 0x45 &&
      (text.charCodeAt(first) !== 0x30 || at - first === 1)
    if (isPlain) {
      this.#at = at
      // `-0` is the Integer 0.
      return first === start || value === 0 ? value : -value
    }
    return this.#longNumber()
  }

  #longNumber(): Value {
    numberPattern.lastIndex = this.#at
    const match = numberPattern.exec(this.#text)
    if (match === null || match[0].length > numberLengthMax) throw notJson()
    this.#at += match[0].length
    const next = this.#text.charCodeAt(this.#at)
    if (next >= 0x30 && next <= 0x39) throw notJson()
    if (match[1] !== undefined || match[2] !== undefined) return new Double(Number(match[0]))
    const exact = BigInt(match[0])
    if (exact < integerMin || exact > integerMax) throw notJson()
    return integer(exact)
  }

  #string(): string {
    const text = this.#text
    const start = ++this.#at
    for (let at = start; ; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22) {
        this.#at = at + 1
        return text.slice(start, at)
      }
      if (code === 0x5c) return this.#escapedString(start)
      if (!(code >= 0x20)) throw notJson()
    }
  }

  /** A string with escapes: find its end, and let `JSON.parse` read it. */
  #escapedString(start: number): string {
    const text = this.#text
    let at = start
    for (; ; at++) {
      const code = text.charCodeAt(at)
      if (code === 0x22) break
      if (code === 0x5c) at++
      else if (!(code >= 0x20)) throw notJson()
    }
    this.#at = at + 1
    try {
      return JSON.parse(text.slice(start - 1, at + 1)) as string
    } catch (cause) {
      throw new JsonError('Request body is not valid JSON.', { cause })
    }
  }

  #array(depth: number): readonly Value[] {
    this.#enter(depth)
    const elements: Value[] = []
    this.#space()
    if (this.#take(0x5d)) return elements
    for (;;) {
      elements.push(this.value(depth))
      this.#space()
      if (this.#take(0x5d)) return elements
      if (!this.#take(0x2c)) throw notJson()
    }
  }

  #object(depth: number): ObjectValue {
    this.#enter(depth)
    this.#space()
    if (this.#take(0x7d)) return ObjectValue.empty
    // Most objects of queries have one field: arrays that grow from nothing make room for seventeen.
    const keys = [this.#key()]
    const values = [this.value(depth)]
    this.#space()
    if (this.#take(0x7d)) return new ObjectValue(keys, values)
    if (!this.#take(0x2c)) throw notJson()
    let seen: Set<string> | undefined
    for (;;) {
      const key = this.#key()
      const value = this.value(depth)
      if (keys.length >= 16) seen ??= new Set(keys)
      if (!(seen?.has(key) ?? keys.includes(key))) {
        keys.push(key)
        values.push(value)
        seen?.add(key)
      }
      this.#space()
      if (this.#take(0x7d)) return new ObjectValue(keys, values)
      if (!this.#take(0x2c)) throw notJson()
    }
  }

  /** The name of a field, and its colon. */
  #key(): string {
    this.#space()
    if (this.#text.charCodeAt(this.#at) !== 0x22) throw notJson()
    const key = this.#string()
    if (key.length > nameLengthMax) throw notJson()
    this.#space()
    if (!this.#take(0x3a)) throw notJson()
    return key
  }

  #enter(depth: number): void {
    this.#at++
    if (depth > nestingMax) throw new JsonError('Request body JSON exceeds nesting limit.')
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#at) !== code) return false
    this.#at++
    return true
  }
}

/** An index that is within `text`, so that reading past the end is a token error and not NaN. */
function at0(index: number, text: string): number {
  if (index >= text.length) throw notJson()
  return index
}
