import type { ApiVersion } from './api-version.ts'
import type { Form } from './define.ts'
import type { Position } from './position.ts'
import type { Pattern } from './values/lambda.ts'
import type { Value } from './values/value.ts'

/**
 * A parsed query. What only some functions do with their arguments (not evaluate them, evaluate them
 * late) is said by their casts, so `If`, `Select` or `Map` are ordinary forms here.
 */
export type Expression =
  /** A value as written. `quoted`: written as data under `quote`, and rendered so. */
  | { readonly kind: 'literal'; readonly value: Value; readonly position: Position }
  | { readonly kind: 'variable'; readonly name: string; readonly position: Position }
  | {
      readonly kind: 'array'
      readonly elements: readonly Expression[]
      readonly position: Position
    }
  | {
      readonly kind: 'object'
      readonly keys: readonly string[]
      readonly values: readonly Expression[]
      readonly position: Position
    }
  | {
      readonly kind: 'let'
      readonly names: readonly string[]
      readonly values: readonly Expression[]
      readonly body: Expression
      readonly position: Position
    }
  | {
      /** `and`, `or`: short-circuit; `do`: the last value. */
      readonly kind: 'and' | 'or' | 'do'
      readonly operands: readonly Expression[]
      readonly position: Position
    }
  | {
      /** Only as an argument that wants a lambda. */
      readonly kind: 'lambda'
      readonly pattern: Pattern
      readonly body: Expression
      readonly version: ApiVersion
      /** The free variables of the body, in order of first use. */
      readonly free: readonly string[]
      readonly position: Position
    }
  | {
      readonly kind: 'form'
      readonly form: Form
      /** One for each of the form's arguments, in its order; undefined where left out. */
      readonly arguments: readonly (Expression | undefined)[]
      readonly position: Position
    }
