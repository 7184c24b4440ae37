/** Objects (fql-v4 §4.7). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { attempt, gather } from '../errors.ts'
import { apply } from '../evaluate.ts'
import { ObjectValue } from '../values/object.ts'
import type { Value } from '../values/value.ts'

/**
 * Merge(object, with, resolver): the fields of `with`, one object or several in turn, put into `merge`.
 *
 * The resolver gets `[key, left or null, right]`; without one the right value wins. A null result removes
 * the field; fields only on the left stay as they are.
 *
 * @throws `Object expected` for every operand that is neither object nor document
 * @see fql-v4 §4.7
 */
export const merge = define({
  args: { merge: cast.any, with: cast.any, lambda: cast.optional(cast.lambda) },
  effect: 'pure',
  evaluate: ({ merge: left, with: right, lambda }, { position, context }) => {
    const object = cast.objectOrDocument
    const operands = gather<readonly ObjectValue[]>([
      attempt(() => [object.convert(left, position.at('merge'), context)]),
      attempt(() => cast.zeroOrMore(object).convert(right, position.at('with'), context)),
    ])
    const resolve =
      lambda === undefined
        ? (_key: string, _left: Value, value: Value) => value
        : (key: string, old: Value, value: Value) =>
            apply(lambda, [key, old, value], context, position)
    return operands.flat().reduce((merged, other) => mergeInto(merged, other, resolve))
  },
})

function mergeInto(
  left: ObjectValue,
  right: ObjectValue,
  resolve: (key: string, left: Value, right: Value) => Value,
): ObjectValue {
  const fields = new Map(left.entries())
  for (const [key, value] of right.entries()) {
    const result = resolve(key, left.get(key) ?? null, value)
    if (result === null) fields.delete(key)
    else fields.set(key, result)
  }
  return ObjectValue.of(fields)
}
