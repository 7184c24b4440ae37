/** Strings (fql-v4 §4.8). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'

/** Concat(strings, separator = ""): all of them in one. */
export const concat = define({
  args: { concat: cast.zeroOrMore(cast.string), separator: cast.optional(cast.string) },
  effect: 'pure',
  evaluate: ({ concat: strings, separator }) => strings.join(separator ?? ''),
})
