/** Strings and regular expressions (fql-v4 §4.8). */
import * as cast from '../casts.ts'
import { type Call, define } from '../define.ts'
import { invalidArgument, outOfBounds, RequestError } from '../errors.ts'
import { ObjectValue } from '../values/object.ts'
import { compileRegex, expand, matches, parseReplacement, type Regex } from '../values/regex.ts'
import { checkLength, codePoints } from '../values/text.ts'
import { searchStart } from './strings.ts'

/** How many results `FindStrRegex` gives when it is not told, and at most (fql-v4 §1.12). */
const resultsMax = 1024

/** The longest pattern, in UTF-16 units: compiling one takes some microseconds for each. */
const patternLengthMax = 10_000

/**
 * The most that one search may cost: instructions of the compiled pattern times UTF-16 units of the text. It
 * bounds what a search can cost at all, some seconds; nothing looks at the clock before it has ended.
 */
const stepsMax = 2 ** 25

/** @throws RequestError `bad request` for a search that would take too long, or when the time is over */
function checkSearch(regex: Regex, text: string, { context }: Call): void {
  context.meter.checkTime()
  const steps = regex.programSize() * text.length
  if (steps <= stepsMax) return
  const description = `Transaction does too much compute: got ${steps}, limit: ${stepsMax}`
  throw new RequestError(400, 'bad request', description)
}

const pattern = cast.valueCast<Regex>((value, position, context) => {
  const text = cast.string.convert(value, position, context)
  context.meter.checkTime()
  if (text.length > patternLengthMax) {
    throw outOfBounds('pattern length', `<= ${patternLengthMax}`, position)
  }
  const regex = compileRegex(text)
  if (regex !== undefined) return regex
  const description = `Search pattern /${text}/ is not a valid regular expression.`
  throw invalidArgument(description, position)
})

/** ContainsStrRegex(text, pattern): whether it matches anywhere. */
export const containsStrRegex = define({
  args: { containsstrregex: cast.string, pattern },
  effect: 'pure',
  evaluate: ({ containsstrregex: text, pattern: regex }, call) => {
    checkSearch(regex, text, call)
    return regex.test(text)
  },
})

/**
 * FindStrRegex(text, pattern, start = 0, num_results): where it matches, as `{start, end, data}`.
 *
 * The search sees the text from `start` on only, so `^` matches there. `end` is the last code point of
 * the match.
 *
 * @see fql-v4 §4.8
 */
export const findStrRegex = define({
  args: {
    findstrregex: cast.string,
    pattern,
    start: cast.optional(cast.integer),
    num_results: cast.optional(cast.integer),
  },
  effect: 'pure',
  evaluate: ({ findstrregex: text, pattern: regex, start, num_results: wanted }, call) => {
    const { position, context } = call
    checkSearch(regex, text, call)
    const offset = searchStart(text, start ?? 0, position)
    const limit = Math.min(Number(wanted ?? resultsMax), resultsMax)
    const found: ObjectValue[] = []
    if (limit <= 0) return found
    let at = 0
    let first = 0
    for (const match of matches(regex, text.slice(offset))) {
      // A match may have looked at the whole rest of the text.
      context.meter.checkTime()
      const from = offset + match.start
      const to = offset + match.end
      first += codePoints(text, at, from)
      at = from
      // One UTF-16 unit back from the end, as the reference steps, which may halve a code point.
      const last = to === from ? first : first + codePoints(text, from, to - 1)
      found.push(
        ObjectValue.of([
          ['start', first],
          ['end', last],
          ['data', text.slice(from, to)],
        ]),
      )
      if (found.length === limit) break
    }
    return found
  },
})

/**
 * ReplaceStrRegex(text, pattern, replace, first = false): matches replaced, with `$1` and `${name}` for
 * what their groups matched.
 *
 * @throws for a reference to no group, where the reference answers an internal error
 * @see fql-v4 §4.8
 */
export const replaceStrRegex = define({
  args: {
    replacestrregex: cast.string,
    pattern,
    replace: cast.string,
    first: cast.optional(cast.boolean),
  },
  effect: 'pure',
  evaluate: ({ replacestrregex: text, pattern: regex, replace, first }, call) => {
    const { position, context } = call
    checkSearch(regex, text, call)
    const refused = () => outOfBounds('replace', 'a valid replacement', position.at('replace'))
    let result = ''
    let at = 0
    for (const match of matches(regex, text)) {
      context.meter.checkTime()
      // Read only here: Java does not look at the replacement of a pattern that matches nothing.
      const replacement = parseReplacement(replace, match.groups.length - 1)
      const expanded = replacement && expand(replacement, match)
      if (expanded === undefined) throw refused()
      result += text.slice(at, match.start) + expanded
      checkLength(result.length, position)
      at = match.end
      if (first === true) break
    }
    return result + text.slice(at)
  },
})

/** RegexEscape(text): a pattern that matches the text itself, quoted as Java does. */
export const regexEscape = define({
  args: { regexescape: cast.string },
  effect: 'pure',
  evaluate: ({ regexescape: text }) => `\\Q${text.replaceAll('\\E', '\\E\\\\E\\Q')}\\E`,
})
