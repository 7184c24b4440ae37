/** Control (fql-v4 §1.4, §1.8, §1.9, §4.1). `let`, `var`, `do`, `and`, `or`, `object` are the parser's. */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { attempt, callError, failure, QueryError } from '../errors.ts'
import { apply } from '../evaluate.ts'

/**
 * Abort(message): ends the query with this message; nothing is written.
 *
 * @throws `transaction aborted`, always
 * @see fql-v4 §4.1
 */
export const abort = define({
  args: { abort: cast.string },
  effect: 'pure',
  evaluate: ({ abort: message }, { position }) => {
    throw failure('transaction aborted', message, position)
  },
})

/**
 * If(condition, then, else): only the branch chosen is evaluated.
 *
 * @see fql-v4 §1.4
 */
export const conditional = define({
  // biome-ignore lint/suspicious/noThenProperty: it is the form's key, and the record is never awaited.
  args: { if: cast.boolean, then: cast.lazy, else: cast.lazy },
  effect: 'pure',
  evaluate: (args) => (args.if ? args.then() : args.else()),
})

/**
 * At(ts, expr): evaluates `expr` with reads as of a valid time. A time at or after the snapshot changes
 * nothing.
 *
 * @see fql-v4 §1.9
 */
export const at = define({
  args: { at: cast.transactionTimestamp, expr: cast.lazy },
  effect: 'pure',
  evaluate: ({ at: time, expr }, { context }) => {
    const snapshot = context.documents.now.toMicros()
    const micros = time === 'now' ? snapshot : time.toMicros()
    if (micros > snapshot) return expr(context)
    return expr({ ...context, at: micros === snapshot ? undefined : micros })
  },
})

/**
 * Query(lambda): a lambda as a value.
 *
 * @see fql-v4 §1.7
 */
export const query = define({
  args: { query: cast.lambda },
  effect: 'pure',
  evaluate: ({ query: lambda }) => lambda,
})

/**
 * Call(function, ...arguments): runs a user function, under its own role if it has one.
 *
 * @throws at `call`: unknown or missing function; at the form: `permission denied`, then `call error`
 * around whatever the body raises; `stack overflow` passes as it is
 * @see fql-v4 §1.8, data-model §6.8
 */
export const call = define({
  args: { call: cast.stringOrFunctionRef, arguments: cast.optional(cast.any) },
  effect: 'pure',
  evaluate: ({ call: target, arguments: given }, { position, context }) => {
    const { documents } = context
    const ref =
      typeof target === 'string'
        ? documents.resolve('functions', target, documents.database)
        : target
    if (ref === undefined) {
      throw cast.undefinedName('functions', target as string, position.at('call'))
    }
    const argument = given ?? []
    const callee = documents.resolveFunction(ref, argument, position, context)
    const inner: Context = { ...context, documents: callee.documents }
    // The body's positions are relative to the lambda: it was parsed at the root.
    const result = attempt(() => apply(callee.lambda, argument, inner, callee.position))
    if (result.ok) return result.value
    const overflow = result.details.find((detail) => detail.code === 'stack overflow')
    if (overflow !== undefined) throw new QueryError([{ ...overflow, position }])
    throw callError(result.details, position)
  },
})
