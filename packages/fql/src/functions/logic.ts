/** Logic and comparison (fql-v4 §4.2). `and` and `or` are the parser's. */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { attempt, gather } from '../errors.ts'
import { comparable } from '../values/comparable.ts'
import { equal } from '../values/equal.ts'
import { compareValues } from '../values/order-key.ts'
import type { Value } from '../values/value.ts'

/**
 * Equals(values): whether the first equals each of the others; true for one value.
 *
 * @see fql-v4 §3.1
 */
export const equals = define({
  args: { equals: cast.oneOrMore(cast.any) },
  effect: 'pure',
  evaluate: ({ equals: [first, ...others] }, { context }) =>
    others.every((other) => equal(first as Value, other, context.version)),
})

/** `lt(values)` and its kin: whether every two neighbours are in that order. @see fql-v4 §3.2 */
function comparison<const K extends string>(key: K, holds: (order: number) => boolean) {
  return define({
    args: { [key]: cast.oneOrMore(cast.any) },
    effect: 'pure',
    evaluate: (args, { position }) => {
      const place = position.at(key)
      const operands = args[key] as readonly Value[]
      if (!operands.every(isSimple)) {
        gather(operands.map((one) => attempt(() => comparable(one, place))))
      }
      for (let i = 1; i < operands.length; i++) {
        const order = compareValues(operands[i - 1] as Value, operands[i] as Value)
        if (!holds(order)) return false
      }
      return true
    },
  })
}

/** Whether a value is one of those that certainly have a place in the order. */
const isSimple = (value: Value) => value === null || typeof value !== 'object'

export const lt = comparison('lt', (order) => order < 0)
export const lte = comparison('lte', (order) => order <= 0)
export const gt = comparison('gt', (order) => order > 0)
export const gte = comparison('gte', (order) => order >= 0)

/** Not(boolean): the other Boolean. */
export const not = define({
  args: { not: cast.boolean },
  effect: 'pure',
  evaluate: ({ not: operand }) => !operand,
})
