import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { invalidArgument, outOfBounds } from '../errors.ts'
import { type Directive, fit, isConsistent, isKnown, parseFormat } from '../format/directive.ts'
import { formatInteger, formatReal } from '../format/numbers.ts'
import { formatPart } from '../format/times.ts'
import type { Position } from '../position.ts'
import { render } from '../render.ts'
import { Double } from '../values/numbers.ts'
import { checkLength } from '../values/text.ts'
import { DateValue, formatDate, formatTime, Time } from '../values/time.ts'
import { typeName } from '../values/type-name.ts'
import { isInteger, type Value } from '../values/value.ts'
import { textOf } from './conversions.ts'

/**
 * Format(format, values): the format with its directives replaced by the values, as Java's
 * String.format. Directives without an index take the values in turn.
 *
 * @throws at `format` for what is wrong with a directive; at the index in `values` for a value of the
 * wrong type
 * @see fql-v4 §4.8
 */
export const format = define({
  args: { format: cast.string, values: cast.zeroOrMore(cast.any) },
  effect: 'pure',
  evaluate: ({ format: text, values }, { position, context }) => {
    let result = ''
    let taken = 0
    for (const part of parseFormat(text)) {
      if (typeof part === 'string') result += part
      else {
        checkDirective(part, position.at('format'))
        if (part.conversion === '%' || part.conversion === 'n') {
          result += fit(part.conversion === '%' ? '%' : '\n', part)
        } else {
          const at = part.index === undefined ? taken++ : part.index - 1
          checkIndex(part, at < values.length, position.at('format'))
          const place = position.at('values').at(at)
          result += convert(values[at] as Value, part, place, context)
        }
      }
      checkLength(result.length, position)
    }
    return result
  },
})

function checkDirective(directive: Directive, place: Position): void {
  const refused = (text: string) => invalidArgument(`Invalid conversion format '${text}'.`, place)
  if (!isKnown(directive)) throw refused(directive.text)
  if (!isConsistent(directive)) throw refused(directive.unindexed)
  checkLength((directive.width ?? 0) + (directive.precision ?? 0), place)
}

function checkIndex({ index }: Directive, exists: boolean, place: Position): void {
  if (exists) return
  if (index === undefined) {
    throw outOfBounds('format specifiers count', '<= arguments size', place)
  }
  throw outOfBounds('index', '>= 1 and <= arguments size', place)
}

function convert(value: Value, directive: Directive, place: Position, context: Context): string {
  switch (directive.conversion) {
    case 'd':
    case 'x':
    case 'X':
    case 'o':
      if (!isInteger(value)) throw cast.wrongType(['Integer'], value, place)
      return formatInteger(value, directive)
    case 'f':
    case 'e':
    case 'E':
    case 'g':
    case 'G':
      if (!(value instanceof Double)) throw cast.wrongType(['Number'], value, place)
      return formatReal(value, directive)
    case 's':
    case 'S': {
      const text = textOf(value)
      if (text !== undefined) return fit(text, directive)
      throw invalidArgument(`Cannot cast ${typeName(value)} to String.`, place)
    }
    case 'b':
    case 'B':
      return fit(String(typeof value === 'boolean' ? value : value !== null), directive)
    case 't':
    case 'T':
      return fit(temporal(value, directive, place), directive)
    default: {
      const { documents } = context
      const version = directive.conversion === '@' ? '2.1' : context.version
      return fit(render(value, { describe: (ref) => documents.describe(ref), version }), directive)
    }
  }
}

function temporal(value: Value, directive: Directive, place: Position): string {
  if (!(value instanceof Time || value instanceof DateValue)) {
    throw cast.wrongType(['Date', 'Time'], value, place)
  }
  const { suffix } = directive
  if (suffix === '') return value instanceof Time ? formatTime(value) : formatDate(value)
  const part = formatPart(value, suffix)
  if (part !== undefined) return part
  throw invalidArgument(`Invalid date/time suffix '${directive.text}'.`, place)
}
