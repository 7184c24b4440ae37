/**
 * Regular expressions (fql-v4 §2.2, §4.8).
 *
 * The reference compiles them with Java's backtracking engine, with which a pattern of a few characters
 * can hold a server for years. Ours run in linear time; so look-ahead, back references and possessive
 * quantifiers, which no such engine has, are not valid patterns here. Java's notations for what both
 * can do are translated.
 */
import { RE2JS, RE2JSException } from 're2js'

/** A compiled pattern. */
export type Regex = RE2JS

/** Compiles a pattern in Java's notation; undefined if it is not valid. */
export function compileRegex(pattern: string): Regex | undefined {
  const translated = translate(pattern)
  if (translated === undefined) return undefined
  try {
    return RE2JS.compile(translated, RE2JS.LOOKBEHINDS)
  } catch (error) {
    if (error instanceof RE2JSException) return undefined
    throw error
  }
}

/** Java's names of ASCII classes, and the names POSIX has for them. */
const posix: Readonly<Record<string, string>> = {
  Lower: 'lower',
  Upper: 'upper',
  ASCII: 'ascii',
  Alpha: 'alpha',
  Digit: 'digit',
  Alnum: 'alnum',
  Punct: 'punct',
  Graph: 'graph',
  Print: 'print',
  Blank: 'blank',
  Cntrl: 'cntrl',
  XDigit: 'xdigit',
  Space: 'space',
}

const horizontal = ' \\t\\x{A0}\\x{1680}\\x{180E}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}'

/** Escapes that only Java has: inside of brackets, and as a pattern of their own. */
const classes: Readonly<Record<string, string>> = {
  '\\h': horizontal,
  '\\s': ' \\t-\\r',
}

/** A token: a quotation, an escape with its argument, or one character. */
const tokens = /\\Q[\s\S]*?(?:\\E|$)|\\[pP]\{\w+\}|\\[\s\S]|&&|[\s\S]/g

/** Java's notation in RE2's; undefined for what would silently mean something else. */
function translate(pattern: string): string | undefined {
  let result = ''
  let isInBrackets = false
  for (const [token] of pattern.matchAll(tokens)) {
    if (token === '&&' && isInBrackets) return undefined
    result += translateToken(token, isInBrackets)
    if (token === '[') isInBrackets = true
    else if (token === ']') isInBrackets = false
  }
  return result
}

function translateToken(token: string, isInBrackets: boolean): string {
  const name = posix[/^\\[pP]\{(\w+)\}$/.exec(token)?.[1] ?? '']
  if (name !== undefined) {
    const of = `[:${token.startsWith('\\P') ? '^' : ''}${name}:]`
    return isInBrackets ? of : `[${of}]`
  }
  const members = classes[token]
  if (members !== undefined) return isInBrackets ? members : `[${members}]`
  if (isInBrackets) return token
  switch (token) {
    case '\\S':
      return `[^${classes['\\s']}]`
    case '\\H':
      return `[^${horizontal}]`
    case '\\R':
      return '(?:\\r\\n|[\\n-\\r\\x{85}\\x{2028}\\x{2029}])'
    case '\\Z':
      return '(?:\\r?\\n)?\\z'
    default:
      return token
  }
}

/** One match: where it begins and ends, in UTF-16 units, and what its groups matched. */
export interface RegexMatch {
  readonly start: number
  readonly end: number
  readonly groups: readonly (string | undefined)[]
  readonly named: Readonly<Record<string, string | undefined>>
}

/** The matches of a pattern, from left to right. */
export function* matches(regex: Regex, text: string): Iterable<RegexMatch> {
  for (const match of regex.matchAll(text)) {
    const start = match.index ?? 0
    const end = start + match[0].length
    yield { start, end, groups: [...match], named: match.groups ?? {} }
  }
}

/** A replacement in Java's notation, as literal texts and references to groups. */
export type Replacement = readonly (string | { readonly group: number | string })[]

const groupName = /\{([A-Za-z][A-Za-z0-9]*)\}/y

/** Reads `$1`, `${name}` and `\x`; undefined for a `$` or `\` that is none of these. */
export function parseReplacement(text: string, groupCount: number): Replacement | undefined {
  const parts: (string | { group: number | string })[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (character === '\\') {
      if (++at === text.length) return undefined
      parts.push(text.charAt(at))
    } else if (character === '$') {
      groupName.lastIndex = at + 1
      const named = groupName.exec(text)
      const numbered = named === null ? groupNumber(text, at + 1, groupCount) : undefined
      const group = named?.[1] ?? numbered?.group
      if (group === undefined) return undefined
      parts.push({ group })
      at += named?.[0].length ?? String(numbered?.digits ?? '').length
    } else parts.push(character)
  }
  return parts
}

/** As many digits as name a group that there is; the first must. */
function groupNumber(text: string, at: number, groupCount: number) {
  let digits = ''
  for (let end = at + 1; end <= text.length; end++) {
    const longer = text.slice(at, end)
    if (!/^\d+$/.test(longer) || Number(longer) > groupCount) break
    digits = longer
  }
  return digits === '' ? undefined : { digits, group: Number(digits) }
}

/** What a replacement puts in a match's place; undefined if it names a group that there is not. */
export function expand(replacement: Replacement, match: RegexMatch): string | undefined {
  let text = ''
  for (const part of replacement) {
    if (typeof part === 'string') text += part
    else if (typeof part.group === 'number') text += match.groups[part.group] ?? ''
    else if (Object.hasOwn(match.named, part.group)) text += match.named[part.group] ?? ''
    else return undefined
  }
  return text
}
