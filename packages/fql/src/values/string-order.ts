/**
 * The order of strings: an ICU collation, as keys whose bytes sort (fql-v4 §3.3).
 *
 * JavaScript offers a collator's comparison but not its sort keys, so the weights come from a table that
 * scripts/generate-collation.ts reads off the comparison. A text is decomposed; each character is no, one
 * or several elements, of a primary weight (the letter; none for an accent alone), a secondary (the
 * accent) and a tertiary (the case). A key is
 *
 * ```
 * primaries 00 secondaries 00 tertiaries 00 UTF-8 (00 as 00 FF) 00
 * ```
 *
 * so that a difference of letters anywhere outweighs one of accents, that one of case, and equal strings
 * for the collator are told apart by their bytes. The least weights at the end of the second and the
 * third level are left out: their end is below every weight as it is.
 *
 * The table has the letters of Europe, the Middle East and Asia, kana, punctuation and symbols; ideographs
 * have a table of their own. What neither has comes between the two, in the order of code points, and the
 * ideographs of the other planes come last. Of contractions й and its like are made, and vowels that are
 * written before their consonant (เ) are sorted after it.
 */
import { endianness } from 'node:os'
import { inflateRawSync } from 'node:zlib'
import { ownLetters, packedWeights } from './collation-table.ts'
import { packedIdeographs } from './han-order.ts'

/** The table's code points end here. */
const tableEnd = 0x20000
/** Begins the primary weight of a character beyond the table; its code point follows. */
const beyondTable = 0xf0
/** Begins that of an ideograph; its place in their order follows. */
const ideograph = 0xf1
/** Begins that of an ideograph beyond the basic plane; its code point follows. */
const rareIdeograph = 0xf2
/** The secondary weight of no accent, the tertiary of the first form: both the least. */
const least = 1

/** Elements by code point: from `starts[characters[point]]` to the next start. */
interface Weights {
  /** 0 for a code point that the table has not. */
  readonly characters: Uint16Array
  readonly starts: Uint16Array
  /** A byte, or two if the second is not zero; zero for an accent alone. */
  readonly primaries: Uint16Array
  readonly secondaries: Uint16Array
  readonly tertiaries: Uint8Array
}

const weights = unpackWeights()

/** The letters of their own by the two code points they decompose to. */
const composed = readOwnLetters()

function readOwnLetters(): ReadonlyMap<number, ReadonlyMap<number, number>> {
  const letters = new Map<number, Map<number, number>>()
  for (const letter of ownLetters) {
    const [first = '', second = ''] = letter.normalize('NFD')
    const begin = first.codePointAt(0) ?? 0
    const following = letters.get(begin) ?? new Map<number, number>()
    letters.set(begin, following.set(second.codePointAt(0) ?? 0, letter.codePointAt(0) ?? 0))
  }
  return letters
}

/** Reads the columns that the generator wrote. */
function unpackWeights(): Weights {
  const data = inflateRawSync(Buffer.from(packedWeights, 'base64'))
  const numbers = (at: number, count: number) => {
    const bytes = Uint8Array.prototype.slice.call(data, 2 * at, 2 * (at + count))
    return new Uint16Array((endianness() === 'BE' ? Buffer.from(bytes).swap16() : bytes).buffer)
  }
  const [characterCount = 0, elementCount = 0] = numbers(0, 2)
  const pointSteps = numbers(2, characterCount)
  const primaries = numbers(2 + characterCount, elementCount)
  const secondaries = numbers(2 + characterCount + elementCount, elementCount)
  const bytes = data.subarray(2 * (2 + characterCount + 2 * elementCount))
  const characters = new Uint16Array(tableEnd)
  const starts = new Uint16Array(characterCount + 2)
  for (let i = 0, point = 0; i < characterCount; i++) {
    point += pointSteps[i] as number
    characters[point] = i + 1
    starts[i + 2] = (starts[i + 1] as number) + (bytes[i] as number)
  }
  // Steps to sums; the array wraps as the generator did.
  for (let i = 1; i < elementCount; i++) {
    primaries[i] = (primaries[i] as number) + (primaries[i - 1] as number)
  }
  const tertiaries = bytes.subarray(characterCount)
  return { characters, starts, primaries, secondaries, tertiaries }
}

const ideographsFrom = 0x3400

/** Places of ideographs by code point, from `ideographsFrom` on; 0 for what is none. Read when first needed. */
let places: Uint16Array | undefined

function placeOf(point: number): number {
  if (point < ideographsFrom || point > 0xffff) return 0
  places ??= unpackPlaces()
  return places[point - ideographsFrom] as number
}

/** Reads the runs that the generator wrote. */
function unpackPlaces(): Uint16Array {
  const data = inflateRawSync(Buffer.from(packedIdeographs, 'base64'))
  const runs = data.readUInt16LE(0)
  const found = new Uint16Array(0x10000 - ideographsFrom)
  let place = 0
  let point = 0
  for (let i = 0; i < runs; i++) {
    point = (point + data.readUInt16LE(2 + 2 * i)) % 0x10000
    const end = point + data.readUInt16LE(2 + 2 * (runs + i))
    while (point < end) found[point++ - ideographsFrom] = ++place
  }
  return found
}

const isIdeograph = (point: number) => /\p{Unified_Ideograph}/u.test(String.fromCodePoint(point))

/**
 * Vowels that are written before their consonant, with it: of Thai, Lao and New Tai Lue. A vowel without one
 * sorts after every consonant, also where it begins a longer text: the rule that a beginning comes first
 * contradicts ICU's order there, and the reference, which has both, has no order.
 */
const writtenBefore =
  /([\u0e40-\u0e44])([\u0e01-\u0e2e])|([\u0ec0-\u0ec4])([\u0e81-\u0eae\u0edc-\u0edf])|([\u19b5-\u19b7\u19ba])([\u1980-\u19ab])/g

const spokenOrder = (text: string) => text.replace(writtenBefore, '$2$1$4$3$6$5')

/** The elements of a text: indexes into the table, or for what is beyond it -1 - its code point. */
export function elementsOf(text: string): readonly number[] {
  const decomposed = isAscii(text) ? text : spokenOrder(text.normalize('NFD'))
  const elements: number[] = []
  for (let i = 0; i < decomposed.length; i++) {
    let point = decomposed.codePointAt(i) ?? 0
    if (point > 0xffff) i++
    const own = composed.get(point)?.get(decomposed.codePointAt(i + 1) ?? 0)
    if (own !== undefined) {
      point = own
      i++
    }
    const character = point < tableEnd ? (weights.characters[point] as number) : 0
    if (character === 0) elements.push(-1 - point)
    else {
      const end = weights.starts[character + 1] as number
      for (let at = weights.starts[character] as number; at < end; at++) elements.push(at)
    }
  }
  return elements
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

/** The longest key of a text of these elements. */
export function stringKeyBytesMax(text: string, elements: readonly number[]): number {
  // Four primary bytes, two secondary, one tertiary; and three of UTF-8 or two of a zero.
  return elements.length * 7 + text.length * 3 + 4
}

/** Writes the key of a text of these elements at `offset`, and returns where it ends. */
export function writeStringKey(
  text: string,
  elements: readonly number[],
  target: Buffer,
  offset: number,
): number {
  let at = offset
  for (const element of elements) {
    if (element < 0) {
      at = writeBeyond(-1 - element, target, at)
    } else {
      const primary = weights.primaries[element] as number
      if (primary !== 0) target[at++] = primary >> 8
      if ((primary & 0xff) !== 0) target[at++] = primary & 0xff
    }
  }
  target[at++] = 0
  at = writeLevel(weights.secondaries, elements, target, at)
  at = writeLevel(weights.tertiaries, elements, target, at)
  return writeBytes(text, target, at)
}

/** The primary weight of a character that the table has not. */
function writeBeyond(point: number, target: Buffer, offset: number): number {
  const place = placeOf(point)
  if (place !== 0) {
    target[offset] = ideograph
    return target.writeUInt16BE(place, offset + 1)
  }
  target[offset] = point > 0xffff && isIdeograph(point) ? rareIdeograph : beyondTable
  return target.writeUIntBE(point, offset + 1, 3)
}

/** Weights from here on take two bytes. */
const longWeight = 0xf0

function writeLevel(
  level: Uint16Array | Uint8Array,
  elements: readonly number[],
  target: Buffer,
  offset: number,
): number {
  let at = offset
  let end = offset
  for (const element of elements) {
    const weight = element < 0 ? least : (level[element] as number)
    if (weight < longWeight) target[at++] = weight
    else {
      target[at++] = longWeight + ((weight - longWeight) >> 8)
      target[at++] = (weight - longWeight) & 0xff
    }
    if (weight !== least) end = at
  }
  target[end++] = 0
  return end
}

function writeBytes(text: string, target: Buffer, offset: number): number {
  let at = offset + target.write(text, offset, 'utf8')
  if (text.includes('\0')) at = escapeZeros(target, offset, at)
  target[at++] = 0
  return at
}

/** Makes every 00 in a span 00 FF, so that a single 00 can end it. Returns the new end. */
export function escapeZeros(target: Buffer, from: number, to: number): number {
  let zeros = 0
  for (let i = from; i < to; i++) if (target[i] === 0) zeros++
  let write = to + zeros
  for (let read = to - 1; read >= from && write > read + 1; read--) {
    const byte = target[read] as number
    if (byte === 0) target[--write] = 0xff
    target[--write] = byte
  }
  return to + zeros
}
