/**
 * The order of strings: an ICU collation, as keys whose bytes sort (fql-v4 §3.3).
 *
 * JavaScript offers a collator's comparison but not its sort keys, so the weights are read off the
 * comparison: once, at start, the characters of the Latin script are sorted by `Intl.Collator`, and each
 * gets a primary weight (the letter), a secondary (its accents) and a tertiary (its case). A key is
 *
 * ```
 * primaries 00 secondaries 00 tertiaries 00 UTF-8 (00 as 00 FF) 00
 * ```
 *
 * so that a difference of letters anywhere outweighs one of accents, that one of case, and equal strings
 * for the collator are told apart by their bytes. Characters beyond the Latin script come after it, in the
 * order of their code points.
 */

/** The characters whose weights are read off the collator: Basic Latin to Latin Extended-B. */
const tableEnd = 0x250
const primaryFirst = 3
/** Begins the primary weight of a character beyond the table; its code point follows. */
const beyondTable = 0xf0

interface Weights {
  readonly primary: Uint8Array
  readonly secondary: Uint8Array
  readonly tertiary: Uint8Array
}

const weights = readWeights()

function readWeights(): Weights {
  const table = {
    primary: new Uint8Array(tableEnd),
    secondary: new Uint8Array(tableEnd),
    tertiary: new Uint8Array(tableEnd),
  }
  const base = new Intl.Collator('en-US', { sensitivity: 'base' })
  const accent = new Intl.Collator('en-US', { sensitivity: 'accent' })
  const full = new Intl.Collator('en-US')
  const characters = Array.from({ length: tableEnd }, (_, code) => String.fromCharCode(code))
    // What the collator ignores has no weight; its bytes still count in the end.
    .filter((character) => base.compare(character, '') !== 0)
    .sort((a, b) => base.compare(a, b) || accent.compare(a, b) || full.compare(a, b))
  let [primary, secondary, tertiary] = [primaryFirst - 1, 1, 1]
  characters.forEach((character, i) => {
    const before = characters[i - 1] ?? ''
    if (i === 0 || base.compare(before, character) !== 0) {
      primary++
      secondary = 1
      tertiary = 1
    } else if (accent.compare(before, character) !== 0) {
      secondary++
      tertiary = 1
    } else if (full.compare(before, character) !== 0) tertiary++
    const code = character.charCodeAt(0)
    table.primary[code] = primary
    table.secondary[code] = secondary
    table.tertiary[code] = tertiary
  })
  if (primary >= beyondTable) throw new Error('the table has more letters than a byte has room for')
  return table
}

/** The longest key of a string of so many UTF-16 units. */
export function stringKeyBytesMax(text: string): number {
  // A unit beyond the table: 4 primary bytes a code point, 1 and 1, and 3 of UTF-8; zeros double.
  return text.length * 9 + 5
}

/** Writes the key of `text` at `offset`, and returns where it ends. */
export function writeStringKey(text: string, target: Buffer, offset: number): number {
  let at = offset
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < tableEnd) {
      const primary = weights.primary[code] as number
      if (primary !== 0) target[at++] = primary
    } else {
      const point = text.codePointAt(i) ?? code
      if (point > 0xffff) i++
      target[at++] = beyondTable
      target[at++] = point >> 16
      target[at++] = (point >> 8) & 0xff
      target[at++] = point & 0xff
    }
  }
  target[at++] = 0
  at = writeLevel(weights.secondary, text, target, at)
  at = writeLevel(weights.tertiary, text, target, at)
  return writeBytes(text, target, at)
}

function writeLevel(level: Uint8Array, text: string, target: Buffer, offset: number): number {
  let at = offset
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= tableEnd) target[at++] = 1
    else if (weights.primary[code] !== 0) target[at++] = level[code] as number
  }
  target[at++] = 0
  return at
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
