/** A conversion in a format string: `%[index$][flags][width][.precision]conversion` (fql-v4 §4.8). */
export interface Directive {
  /** As written, with its index and without. */
  readonly text: string
  readonly unindexed: string
  /** Which value; absent (also for 0) for the next one. */
  readonly index: number | undefined
  readonly flags: ReadonlySet<string>
  readonly width: number | undefined
  readonly precision: number | undefined
  /** The letter; empty for a bare `%`. */
  readonly conversion: string
  /** Of `t` and `T`: the part of the date or time; empty for all of it. */
  readonly suffix: string
}

const pattern = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?(?:([tT])([a-zA-Z]?)|([a-zA-Z%@^]?))/g

/** A format string as literal texts and directives, in turn. */
export function parseFormat(format: string): (string | Directive)[] {
  const parts: (string | Directive)[] = []
  let at = 0
  for (const match of format.matchAll(pattern)) {
    parts.push(format.slice(at, match.index))
    at = match.index + match[0].length
    parts.push(directiveOf(match))
  }
  parts.push(format.slice(at))
  return parts
}

function directiveOf(match: RegExpMatchArray): Directive {
  const [text, index, flags = '', width, precision, temporal, suffix, other] = match
  const number = (digits: string | undefined) => (digits === undefined ? undefined : Number(digits))
  return {
    text,
    unindexed: index === undefined ? text : `%${text.slice(index.length + 2)}`,
    index: number(index) || undefined,
    flags: new Set(flags),
    width: number(width),
    precision: number(precision),
    conversion: temporal ?? other ?? '',
    suffix: suffix ?? '',
  }
}

/** The flags that each kind of conversion allows, as java.util.Formatter. */
const allowedFlags: Readonly<Record<string, string>> = {
  s: '-',
  b: '-',
  '@': '-',
  '^': '-',
  t: '-',
  '%': '-',
  n: '',
  d: '-+ 0,(',
  x: '-#0',
  o: '-#0',
  f: '-#+ 0,(',
  e: '-#+ 0(',
  g: '-+ 0,(',
}

/** Conversions that take a precision. */
const precise = new Set(['s', 'b', '@', '^', 'f', 'e', 'g'])

/** Whether a conversion exists; upper case is allowed where the result has letters. */
export function isKnown({ conversion }: Directive): boolean {
  return conversion in allowedFlags || 'SBXEGT'.includes(conversion || '?')
}

/** Whether its flags, width and precision go together and with the conversion. */
export function isConsistent({ conversion, flags, width, precision }: Directive): boolean {
  const kind = conversion.toLowerCase()
  const allowed = allowedFlags[kind] ?? ''
  if (![...flags].every((flag) => allowed.includes(flag))) return false
  if (precision !== undefined && !precise.has(kind)) return false
  if (kind === 'n' && width !== undefined) return false
  if (flags.has('-') && flags.has('0')) return false
  if (flags.has('+') && flags.has(' ')) return false
  return width !== undefined || !(flags.has('-') || flags.has('0'))
}

/** A text in the directive's precision, width and case: what every conversion but numbers does. */
export function fit(text: string, directive: Directive): string {
  const { precision, conversion } = directive
  const cut = precision === undefined ? text : text.slice(0, precision)
  return pad(/[A-Z]/.test(conversion) ? cut.toUpperCase() : cut, directive)
}

/** A text in the directive's width: to the right, or with `-` to the left. */
export function pad(text: string, { flags, width = 0 }: Directive): string {
  return flags.has('-') ? text.padEnd(width) : text.padStart(width)
}
