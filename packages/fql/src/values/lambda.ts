import type { ApiVersion } from '../api-version.ts'
import type { Expression } from '../expression.ts'
import type { ObjectValue } from './object.ts'

/** What a lambda binds: a name, `_` for nothing, or one per element of an array (fql-v4 §1.7). */
export type Pattern = string | readonly string[]

/** A lambda, closed over the variables it uses. */
export class LambdaValue {
  readonly kind = 'lambda'
  readonly pattern: Pattern
  readonly body: Expression
  /** The version under which its body is parsed. */
  readonly version: ApiVersion
  /** The values of its free variables, by name. */
  readonly captured: ObjectValue

  constructor(pattern: Pattern, body: Expression, version: ApiVersion, captured: ObjectValue) {
    this.pattern = pattern
    this.body = body
    this.version = version
    this.captured = captured
  }
}
