import type { Context } from './context.ts'
import { checkEffect, checkWidth, count, stackDepthMax } from './context.ts'
import type { Lazy } from './define.ts'
import { attempt, expected, failure, gather, invalidArgument } from './errors.ts'
import type { Expression } from './expression.ts'
import type { Position } from './position.ts'
import { measure } from './size.ts'
import { unreachable } from './unreachable.ts'
import { LambdaValue } from './values/lambda.ts'
import { ObjectValue } from './values/object.ts'
import { typeName } from './values/type-name.ts'
import { isArray, type Value } from './values/value.ts'

/** The variables in scope, innermost first. */
export interface Scope {
  readonly name: string
  readonly value: Value
  readonly outer: Scope | undefined
}

/**
 * Evaluates a parsed expression (fql-v4 §1).
 *
 * @throws QueryError with every error that fql-v4 §1.10 says is reported together
 */
export function evaluate(
  expression: Expression,
  scope: Scope | undefined,
  context: Context,
): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value
    case 'variable':
      return lookUp(expression.name, scope)
    case 'form':
      return evaluateForm(expression, scope, context)
    case 'array':
      return measured(evaluateAll(expression.elements, scope, context), context)
    case 'object': {
      const values = evaluateAll(expression.values, scope, context)
      return measured(new ObjectValue(expression.keys, values), context)
    }
    case 'let': {
      let inner = scope
      for (let i = 0; i < expression.names.length; i++) {
        const value = evaluate(expression.values[i] as Expression, inner, context)
        inner = { name: expression.names[i] as string, value, outer: inner }
      }
      return evaluate(expression.body, inner, context)
    }
    case 'do': {
      // One after another; but where one waits for a store, what those after it read is asked for too.
      const { operands } = expression
      const values = context.documents.all(operands.length, (i) =>
        evaluate(operands[i] as Expression, scope, context),
      )
      return values.at(-1) ?? null
    }
    case 'and':
    case 'or':
      return evaluateLogic(expression, scope, context)
    case 'lambda':
      return closeOver(expression, scope)
    default:
      return unreachable(expression)
  }
}

function lookUp(name: string, scope: Scope | undefined): Value {
  for (let at = scope; at !== undefined; at = at.outer) if (at.name === name) return at.value
  throw new Error(`the parser let the unbound variable '${name}' through`)
}

/** Elements of a literal: independent branches, whose errors are all reported. */
function evaluateAll(
  elements: readonly Expression[],
  scope: Scope | undefined,
  context: Context,
): Value[] {
  const branches = branchesIn(elements)
  if (branches > 0) checkWidth(elements.length)
  if (branches <= 1) {
    // Only one can fail, or read: there is nothing to gather.
    const values: Value[] = []
    for (const element of elements) values.push(evaluate(element, scope, context))
    return values
  }
  const attempts = context.documents.all(elements.length, (i) =>
    attempt(() => evaluate(elements[i] as Expression, scope, context)),
  )
  return gather(attempts)
}

/** How many of these are more than a value at hand. */
function branchesIn(elements: readonly Expression[]): number {
  let branches = 0
  for (const { kind } of elements) if (kind !== 'literal' && kind !== 'variable') branches++
  return branches
}

function evaluateForm(
  expression: Extract<Expression, { kind: 'form' }>,
  scope: Scope | undefined,
  context: Context,
): Value {
  const { form, position } = expression
  count(context.meter)
  checkEffect(form.effect, context, position)
  const args: Record<string, unknown> = {}
  for (let i = 0; i < form.names.length; i++) {
    const argument = expression.arguments[i]
    if (argument === undefined) continue
    const cast = form.casts[i]
    const key = form.names[i] as string
    if (cast?.mode === 'lazy') {
      const late: Lazy = (other) => evaluate(argument, scope, other ?? context)
      args[key] = late
    } else {
      const value = evaluate(argument, scope, context)
      args[key] = cast?.convert(value, argument.position, context)
    }
  }
  const value = form.evaluate(args, { position, context })
  const { repeats } = form
  // The evaluator has just built the record from the casts of this form.
  measure(value, context.meter, repeats === undefined ? null : (args[repeats] as Value))
  return value
}

function measured(value: Value, { meter }: Context): Value {
  measure(value, meter)
  return value
}

/** `and`, `or`: left to right, as far as needed. Operands must be Booleans. */
function evaluateLogic(
  expression: Extract<Expression, { kind: 'and' | 'or' | 'do' }>,
  scope: Scope | undefined,
  context: Context,
): boolean {
  count(context.meter)
  const decides = expression.kind === 'or'
  for (const operand of expression.operands) {
    const value = evaluate(operand, scope, context)
    if (typeof value !== 'boolean') {
      throw invalidArgument(expected(['Boolean'], typeName(value)), operand.position)
    }
    if (value === decides) return decides
  }
  return !decides
}

function closeOver(
  expression: Extract<Expression, { kind: 'lambda' }>,
  scope: Scope | undefined,
): LambdaValue {
  const { pattern, body, version, free } = expression
  const captured =
    free.length === 0
      ? ObjectValue.empty
      : new ObjectValue(
          free,
          free.map((name) => lookUp(name, scope)),
        )
  return new LambdaValue(pattern, body, version, captured)
}

/**
 * Applies a lambda to its argument (fql-v4 §1.7).
 *
 * @param position where arity errors are put: at its `lambda` key
 * @throws stack overflow beyond 200 nested applications
 */
export function apply(
  lambda: LambdaValue,
  argument: Value,
  context: Context,
  position: Position,
): Value {
  const { meter } = context
  count(meter)
  if (meter.depth >= stackDepthMax) {
    throw failure(
      'stack overflow',
      `Call stack reached the maximum limit of ${stackDepthMax}.`,
      position,
    )
  }
  let scope: Scope | undefined
  const { captured, pattern } = lambda
  for (let i = 0; i < captured.keys.length; i++) {
    scope = { name: captured.keys[i] as string, value: captured.values[i] as Value, outer: scope }
  }
  if (typeof pattern === 'string') {
    if (pattern !== '_') scope = { name: pattern, value: argument, outer: scope }
  } else {
    const elements = isArray(argument) ? argument : [argument]
    if (elements.length !== pattern.length) {
      throw invalidArgument(
        `Lambda expects an array with ${pattern.length} elements. Array contains ${elements.length}.`,
        position.at('lambda'),
      )
    }
    for (let i = 0; i < pattern.length; i++) {
      const name = pattern[i] as string
      if (name !== '_') scope = { name, value: elements[i] as Value, outer: scope }
    }
  }
  meter.depth++
  try {
    return evaluate(lambda.body, scope, context)
  } finally {
    meter.depth--
  }
}
