import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { attempt, gather, outOfBounds } from '../errors.ts'
import type { Position } from '../position.ts'
import type { Integer } from '../values/numbers.ts'
import { checkLength } from '../values/text.ts'
import type { Value } from '../values/value.ts'

/**
 * NGram(strings, min = 1, max = 2): every run of min to max code points of each string, from left to
 * right, shorter before longer; other scalars stay as they are. Always an array.
 *
 * @throws sizes out of bounds; all that is wrong with them is reported
 * @see fql-v4 §4.8
 */
export const ngram = define({
  args: {
    ngram: cast.zeroOrMore(cast.scalar),
    min: cast.optional(cast.integer),
    max: cast.optional(cast.integer),
  },
  effect: 'pure',
  evaluate: ({ ngram: values, min, max }, { position }) => {
    checkSizes(min, max, position)
    const [least, most] = [Number(min ?? 1), Number(max ?? 2)]
    return values.flatMap((value) =>
      typeof value === 'string' ? grams(value, { least, most }, position) : [value],
    )
  },
})

function checkSizes(min: Integer | undefined, max: Integer | undefined, position: Position): void {
  const rules: [breaks: boolean, argument: string, predicate: string][] = []
  const [least, most] = [BigInt(min ?? 1), BigInt(max ?? 2)]
  if (min !== undefined) {
    rules.push([least > most || least <= 0, 'min', '> 0 and <= max'])
    if (max === undefined) rules.push([most - least > 1, 'min', '>= max - 1'])
  }
  if (max !== undefined) {
    if (min === undefined) rules.push([most <= 1, 'max', '> 0 and >= min'])
    else rules.push([most <= 0, 'max', '> 0'])
    rules.push([most - least > 1, 'max', '<= min + 1'])
  }
  gather(
    rules.map(([breaks, argument, predicate]) =>
      attempt(() => {
        if (breaks) throw outOfBounds(`${argument} ngram size`, predicate, position)
      }),
    ),
  )
}

function grams(
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
  position: Position,
): Value[] {
  const points = [...text]
  checkLength(points.length * most * 2, position)
  return points.flatMap((_, start) => {
    const found: string[] = []
    for (let size = least; size <= most && start + size <= points.length; size++) {
      found.push(points.slice(start, start + size).join(''))
    }
    return found
  })
}
