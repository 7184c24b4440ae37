/** Strings by code points, as the language counts them (fql-v4 §4.8). */
import { outOfBounds } from '../errors.ts'
import type { Position } from '../position.ts'

/**
 * The longest string that a function makes, in UTF-16 units. The reference has no such limit but its
 * memory; ours keeps `Repeat` of `Repeat` from taking the process with it. No longer one can be sent or stored.
 */
export const textLengthMax = 8_388_608

/** @throws invalid argument if a string of this length would be too long */
export function checkLength(length: number, position: Position): void {
  if (length > textLengthMax) {
    throw outOfBounds('string length', `<= ${textLengthMax}`, position)
  }
}

const isHigh = (unit: number) => unit >= 0xd800 && unit < 0xdc00
const isLow = (unit: number) => unit >= 0xdc00 && unit < 0xe000

/** How many code points begin between two UTF-16 indexes. */
export function codePoints(text: string, begin = 0, end = text.length): number {
  let count = end - begin
  for (let i = begin + 1; i < end; i++) {
    if (isLow(text.charCodeAt(i)) && isHigh(text.charCodeAt(i - 1))) count--
  }
  return count
}

/** The UTF-16 index of a code point; the text's length beyond the last. */
export function unitIndex(text: string, point: number): number {
  let at = 0
  for (let i = 0; i < point && at < text.length; i++) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
  }
  return at
}

const loneSurrogates = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g

/** A text that has a UTF-8 form: each half of a surrogate pair without the other is a `?` (wire §5.2). */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.replace(loneSurrogates, '?')
}
