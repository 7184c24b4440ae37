import type { Effect } from './context.ts'
import { strongest } from './context.ts'
import type { Expression } from './expression.ts'

/**
 * The strongest effect that evaluating `expression` could have, whichever branches it takes. A call of a
 * user function counts as a write (fql-v4 §1.11).
 */
export function maximumEffect(expression: Expression): Effect {
  switch (expression.kind) {
    case 'literal':
    case 'variable':
      return 'pure'
    case 'form':
      return expression.arguments.reduce<Effect>(
        (effect, one) => (one === undefined ? effect : strongest(effect, maximumEffect(one))),
        expression.form.keys[0] === 'call' ? 'write' : expression.form.effect,
      )
    case 'lambda':
      return maximumEffect(expression.body)
    case 'let':
      return strongest(maximum(expression.values), maximumEffect(expression.body))
    case 'array':
      return maximum(expression.elements)
    case 'object':
      return maximum(expression.values)
    default:
      return maximum(expression.operands)
  }
}

function maximum(expressions: readonly Expression[]): Effect {
  return expressions.reduce<Effect>((effect, one) => strongest(effect, maximumEffect(one)), 'pure')
}
