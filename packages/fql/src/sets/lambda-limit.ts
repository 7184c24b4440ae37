import { isWithin } from '../context.ts'
import { maximumEffect } from '../maximum-effect.ts'
import type { LambdaValue } from '../values/lambda.ts'

/**
 * Why a lambda may not be part of a set, if it may not: a filter's reads at most, a join's is pure. What
 * counts is what its body could do, whichever branch it takes (fql-v4 §1.11).
 */
export function refusalOf(lambda: LambdaValue, form: 'filter' | 'join'): string | undefined {
  if (isWithin(maximumEffect(lambda.body), form === 'filter' ? 'read' : 'pure')) return undefined
  const others = form === 'filter' ? 'write or' : 'read, write, or'
  return `Invalid lambda. Lambda in this context may not ${others} call a user function.`
}
