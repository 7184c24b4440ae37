/** Strings (fql-v4 §4.8). Positions and lengths count code points. */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { outOfBounds } from '../errors.ts'
import type { Position } from '../position.ts'
import { nfkcCaseFold, toTitleCase } from '../values/case-mapping.ts'
import type { Integer } from '../values/numbers.ts'
import { checkLength, codePoints, unitIndex } from '../values/text.ts'
import type { Value } from '../values/value.ts'
import { trimEnd, trimStart } from '../values/whitespace.ts'

/** The most copies that `Repeat` makes, and the most blanks `Space` does (fql-v4 §1.12). */
const copiesMax = 1024

/** Concat(strings, separator = ""): all of them in one. */
export const concat = define({
  args: { concat: cast.zeroOrMore(cast.string), separator: cast.optional(cast.string) },
  effect: 'pure',
  evaluate: ({ concat: strings, separator = '' }, { position }) => {
    const own = strings.reduce((length, one) => length + one.length, 0)
    checkLength(own + separator.length * strings.length, position)
    return strings.join(separator)
  },
})

const normalizers: ReadonlyMap<string, (text: string) => string> = new Map([
  ['NFKCCaseFold', nfkcCaseFold],
  ...['NFC', 'NFD', 'NFKC', 'NFKD'].map(
    (form) => [form, (text: string) => text.normalize(form)] as const,
  ),
])

const normalizer = cast.valueCast((value, position) => {
  const known = typeof value === 'string' ? normalizers.get(value) : undefined
  if (known !== undefined) return known
  const names = [...normalizers.keys()].map((name) => `'${name}'`)
  throw cast.wrongType([`String ${names[0]}`, ...names.slice(1)], value, position)
})

/** One result bare, several as an array. */
const oneOrAll = (values: readonly Value[]): Value =>
  values.length === 1 ? (values[0] as Value) : values

/**
 * Casefold(strings, normalizer = NFKCCaseFold): normalised; other scalars stay as they are.
 *
 * @see fql-v4 §4.8
 */
export const casefold = define({
  args: { casefold: cast.zeroOrMore(cast.scalar), normalizer: cast.optional(normalizer) },
  effect: 'pure',
  evaluate: ({ casefold: values, normalizer: normalize = nfkcCaseFold }) =>
    oneOrAll(values.map((value) => (typeof value === 'string' ? normalize(value) : value))),
})

/** `containsstr`, `startswith`, `endswith`: a string looked for in another. */
function search<const K extends string>(key: K, holds: (text: string, search: string) => boolean) {
  return define({
    args: { [key]: cast.string, search: cast.string },
    effect: 'pure',
    evaluate: (args) => holds(args[key] as string, args.search as string),
  })
}

export const containsStr = search('containsstr', (text, part) => text.includes(part))
export const startsWith = search('startswith', (text, part) => text.startsWith(part))
export const endsWith = search('endswith', (text, part) => text.endsWith(part))

/**
 * Where a search begins, in UTF-16 units: 0 for what is out of range.
 *
 * @throws invalid argument between the lengths in code points and in UTF-16 units, where the reference
 * answers an internal error
 */
export function searchStart(text: string, start: Integer, position: Position): number {
  if (start <= 0 || start >= text.length) return 0
  if (start > codePoints(text)) {
    throw outOfBounds('start', 'less than or equal to the string length', position)
  }
  return unitIndex(text, Number(start))
}

/** FindStr(text, find, start = 0): the index of the first occurrence, or -1. */
export const findStr = define({
  args: { findstr: cast.string, find: cast.string, start: cast.optional(cast.integer) },
  effect: 'pure',
  evaluate: ({ findstr: text, find, start }, { position }) => {
    const found = text.indexOf(find, searchStart(text, start ?? 0, position))
    return found < 0 ? -1 : codePoints(text, 0, found)
  },
})

/** Length(text): in code points. */
export const length = define({
  args: { length: cast.string },
  effect: 'pure',
  evaluate: ({ length: text }) => codePoints(text),
})

/** `lowercase`, `trim` and their kin: a string made of a string. */
function mapping<const K extends string>(key: K, map: (text: string) => string) {
  return define({
    args: { [key]: cast.string },
    effect: 'pure',
    evaluate: (args) => map(args[key] as string),
  })
}

export const lowerCase = mapping('lowercase', (text) => text.toLowerCase())
export const upperCase = mapping('uppercase', (text) => text.toUpperCase())
export const titleCase = mapping('titlecase', toTitleCase)
export const trim = mapping('trim', (text) => trimEnd(trimStart(text)))
export const lTrim = mapping('ltrim', trimStart)
export const rTrim = mapping('rtrim', trimEnd)

/** A count within 0 and the most copies. */
const copies = (n: Integer) => (n <= 0 ? 0 : Math.min(Number(n), copiesMax))

/** Repeat(text, number = 2): so many copies, at most 1024. */
export const repeat = define({
  args: { repeat: cast.string, number: cast.optional(cast.integer) },
  effect: 'pure',
  evaluate: ({ repeat: text, number }, { position }) => {
    const count = copies(number ?? 2)
    checkLength(text.length * count, position)
    return text.repeat(count)
  },
})

/** Space(number): so many blanks, at most 1024. */
export const space = define({
  args: { space: cast.integer },
  effect: 'pure',
  evaluate: ({ space: number }) => ' '.repeat(copies(number)),
})

function occurrences(text: string, find: string): number {
  if (find === '') return codePoints(text) + 1
  let count = 0
  for (let at = text.indexOf(find); at >= 0; at = text.indexOf(find, at + find.length)) count++
  return count
}

/** ReplaceStr(text, find, replace): every occurrence replaced. */
export const replaceStr = define({
  args: { replacestr: cast.string, find: cast.string, replace: cast.string },
  effect: 'pure',
  evaluate: ({ replacestr: text, find, replace }, { position }) => {
    // Not `split`: of a long text it makes as many strings as there are occurrences.
    const pattern = find === '' ? /(?:)/gu : find
    const grown = replace.length - find.length
    checkLength(text.length + occurrences(text, find) * Math.max(grown, 0), position)
    return text.replaceAll(pattern, () => replace)
  },
})

/**
 * SubString(text, start = 0, length): a negative start counts from the end; without a length, to the end.
 *
 * @throws "start must be …" before the beginning or beyond the end; "length must be positive"
 * @see fql-v4 §4.8
 */
export const subString = define({
  args: {
    substring: cast.string,
    start: cast.optional(cast.integer),
    length: cast.optional(cast.integer),
  },
  effect: 'pure',
  evaluate: ({ substring: text, start: given, length: size }, { position }) => {
    const points = codePoints(text)
    const start = Number(given ?? 0)
    const from = start < 0 ? points + start : start
    if (from < 0 || from > points) {
      throw outOfBounds('start', 'less than or equal to the string length', position)
    }
    if (size !== undefined && size < 0) throw outOfBounds('length', 'positive', position)
    const begin = unitIndex(text, from)
    const rest = text.slice(begin)
    return size === undefined ? rest : rest.slice(0, unitIndex(rest, Number(size)))
  },
})
