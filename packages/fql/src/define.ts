import type { ApiVersion } from './api-version.ts'
import type { Context, Effect } from './context.ts'
import type { Position } from './position.ts'
import type { Value } from './values/value.ts'

/**
 * What an argument accepts, and what the function gets for it.
 *
 * `value`: the argument is evaluated, then converted. `lazy`: the function gets a thunk. `lambda`: the
 * argument must be a lambda literal (or, for `lambdaOrValue`, may be one).
 */
export interface Cast<T> {
  readonly mode: 'value' | 'lazy' | 'lambda' | 'lambdaOrValue'
  readonly isOptional: boolean
  /** @throws QueryError at `position`, the argument's own */
  readonly convert: (value: Value, position: Position, context: Context) => T
}

/** An argument that is evaluated only if and when the function asks, maybe in another context. */
export type Lazy = (context?: Context) => Value

/** What a function is told besides its arguments. */
export interface Call {
  /** Of the form. */
  readonly position: Position
  readonly context: Context
}

type ArgumentsOf<A> = { readonly [K in keyof A]: A[K] extends Cast<infer T> ? T : never }

interface Declaration<A extends Record<string, Cast<unknown>>> {
  /** The form's keys, in evaluation order. */
  readonly args: A
  readonly effect: Effect
  /** The first and the last version that has it. Default: all. */
  readonly since?: ApiVersion
  readonly until?: ApiVersion
  /** Keys of which a query gives at most one. */
  readonly exclusive?: readonly string[]
  /** Other spellings of the first key, with the same meaning. */
  readonly alias?: readonly string[]
  /** The argument whose elements are all in the result again, as they were. */
  readonly repeats?: string & keyof A
  readonly evaluate: (args: ArgumentsOf<A>, call: Call) => Value
}

/** A function of the language: one form, or several under aliases of its first key. */
export interface Form {
  /** The keys as queries spell them. */
  readonly keys: readonly string[]
  /** The names of the arguments; they differ from the keys in an alias. */
  readonly names: readonly string[]
  readonly casts: readonly Cast<unknown>[]
  readonly effect: Effect
  readonly since: ApiVersion | undefined
  readonly until: ApiVersion | undefined
  readonly exclusive: readonly string[]
  readonly aliases: readonly Form[]
  readonly repeats: string | undefined
  readonly evaluate: (args: Record<string, unknown>, call: Call) => Value
}

/**
 * Declares a function: its keys in evaluation order, what each accepts, its effect, its body. The types
 * of the body's arguments follow from the casts.
 */
export function define<const A extends Record<string, Cast<unknown>>>(
  declaration: Declaration<A>,
): Form {
  const names = Object.keys(declaration.args)
  const form: Form = {
    keys: names,
    names,
    casts: Object.values(declaration.args),
    effect: declaration.effect,
    since: declaration.since,
    until: declaration.until,
    exclusive: declaration.exclusive ?? [],
    aliases: [],
    repeats: declaration.repeats,
    // The evaluator builds the record from these same casts.
    evaluate: declaration.evaluate as Form['evaluate'],
  }
  const aliases = (declaration.alias ?? []).map((key) => ({
    ...form,
    keys: [key, ...names.slice(1)],
  }))
  return { ...form, aliases }
}
