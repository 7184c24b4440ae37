/**
 * Literals to expressions (fql-v4 §1.3 to §1.7).
 *
 * An object is a form if its whole key set is one, else an escape, else an error. Names in `@ref` are
 * resolved here, against the state before the query ran.
 */
import { type ApiVersion, newest } from './api-version.ts'
import type { Cast } from './define.ts'
import type { Names } from './documents.ts'
import type { ErrorDetail } from './errors.ts'
import { attempt, expected, gather, invalidExpression, QueryError } from './errors.ts'
import { isEscape, parseEscape } from './escapes.ts'
import type { Expression } from './expression.ts'
import type { FormMatch } from './form-table.ts'
import { tables } from './functions/table.ts'
import type { Position } from './position.ts'
import { Position as Positions } from './position.ts'
import type { Pattern } from './values/lambda.ts'
import { ObjectValue } from './values/object.ts'
import { typeName } from './values/type-name.ts'
import { isArray, type Value } from './values/value.ts'

/** What a query is parsed against. */
export interface ParseOptions {
  readonly version: ApiVersion
  readonly names: Names
}

/**
 * Parses a query.
 *
 * @throws QueryError `invalid expression`: the first error that is no unbound variable, or else every
 * unbound variable
 */
export function parse(literal: Value, options: ParseOptions): Expression {
  const parser = new Parser(options.version, options.names)
  const expression = parser.expression(literal, Positions.root, undefined)
  parser.refuseUnbound()
  return expression
}

/**
 * Parses the `{lambda, expr}` of an `@query`.
 *
 * @throws QueryError the errors of its parts; "Invalid lambda." if it uses a variable from outside, at
 * the escape (fql-v4 §1.7)
 */
export function parseClosedLambda(
  literal: ObjectValue,
  position: Position,
  options: ParseOptions,
): Extract<Expression, { kind: 'lambda' }> {
  const parser = new Parser(options.version, options.names)
  const lambda = parser.lambda(literal, position, undefined)
  if (parser.hasUnbound) throw invalidExpression('Invalid lambda.', position.parent ?? position)
  return lambda
}

/** The names in scope while parsing: bound variables, and the lambdas passed on the way in. */
type Bound =
  | { readonly name: string; readonly outer: Bound | undefined }
  | { readonly free: Set<string>; readonly outer: Bound | undefined }

class Parser {
  readonly #version: ApiVersion
  readonly #names: Names
  readonly #unbound: ErrorDetail[] = []

  constructor(version: ApiVersion, names: Names) {
    this.#version = version
    this.#names = names
  }

  get hasUnbound(): boolean {
    return this.#unbound.length > 0
  }

  refuseUnbound(): void {
    if (this.hasUnbound) throw new QueryError(this.#unbound)
  }

  expression(literal: Value, position: Position, bound: Bound | undefined): Expression {
    if (isArray(literal)) {
      const elements = literal.map((one, i) => this.expression(one, position.at(i), bound))
      return { kind: 'array', elements, position }
    }
    if (!(literal instanceof ObjectValue)) return { kind: 'literal', value: literal, position }
    const match = tables.get(this.#version)?.match(literal.keys)
    if (match !== undefined) return this.#form(match, literal, position, bound)
    return this.#specialForm(literal, position, bound) ?? this.#escape(literal, position, bound)
  }

  lambda(
    literal: Value,
    position: Position,
    bound: Bound | undefined,
  ): Extract<Expression, { kind: 'lambda' }> {
    if (!(literal instanceof ObjectValue)) throw wrongType(['Lambda'], literal, position)
    if (!isLambdaLiteral(literal)) throw noForm(literal, position)
    const free = new Set<string>()
    const pattern = attempt(() =>
      parsePattern(literal.get('lambda') ?? null, position.at('lambda')),
    )
    let inner: Bound = { free, outer: bound }
    for (const name of pattern.ok ? namesOf(pattern.value) : []) inner = { name, outer: inner }
    const body = attempt(() =>
      this.expression(literal.get('expr') ?? null, position.at('expr'), inner),
    )
    gather<unknown>([pattern, body])
    if (!pattern.ok || !body.ok) throw new Error('gather throws what failed')
    return {
      kind: 'lambda',
      pattern: pattern.value,
      body: body.value,
      version: newest(this.#version, '2.12'),
      free: [...free],
      position,
    }
  }

  #form(
    match: FormMatch,
    literal: ObjectValue,
    position: Position,
    bound: Bound | undefined,
  ): Expression {
    const { form, slots } = match
    const parsed = slots.map((slot, i) => {
      if (slot < 0) return undefined
      const place = position.at(form.keys[i] as string)
      return this.#argument(form.casts[i]?.mode, literal.values[slot] as Value, place, bound)
    })
    return { kind: 'form', form, arguments: parsed, position }
  }

  #argument(
    mode: Cast<unknown>['mode'] | undefined,
    literal: Value,
    position: Position,
    bound: Bound | undefined,
  ): Expression {
    if (mode === 'lambda') return this.lambda(literal, position, bound)
    if (mode === 'lambdaOrValue' && literal instanceof ObjectValue && isLambdaLiteral(literal)) {
      return this.lambda(literal, position, bound)
    }
    return this.expression(literal, position, bound)
  }

  /** The forms whose arguments are not expressions (fql-v4 §1.4). */
  #specialForm(
    literal: ObjectValue,
    position: Position,
    bound: Bound | undefined,
  ): Expression | undefined {
    const [first, second] = literal.keys
    const value = literal.values[0] as Value
    if (literal.keys.length === 1) {
      switch (first) {
        case 'var':
          return this.#variable(value, position, bound)
        case 'object':
          return this.#object(value, position, bound)
        case 'quote':
          return { kind: 'literal', value: this.#data(value, position.at('quote')), position }
        case 'do':
          return this.#do(value, position, bound)
        case 'and':
        case 'or':
          return this.#logic(first, value, position, bound)
        default:
          return undefined
      }
    }
    const isLet =
      literal.keys.length === 2 &&
      ((first === 'let' && second === 'in') || (first === 'in' && second === 'let'))
    return isLet ? this.#let(literal, position, bound) : undefined
  }

  #variable(name: Value, position: Position, bound: Bound | undefined): Expression {
    if (typeof name !== 'string') throw wrongType(['String'], name, position.at('var'))
    const passed: Set<string>[] = []
    for (let at = bound; at !== undefined; at = at.outer) {
      if ('free' in at) passed.push(at.free)
      else if (at.name === name) {
        for (const free of passed) free.add(name)
        return { kind: 'variable', name, position }
      }
    }
    const error = invalidExpression(`Variable '${name}' is not defined.`, position)
    this.#unbound.push(...error.details)
    return { kind: 'variable', name, position }
  }

  #object(literal: Value, position: Position, bound: Bound | undefined): Expression {
    const place = position.at('object')
    const fields = this.#fields(literal, position, place)
    const values = fields.values.map((value, i) =>
      this.expression(value, place.at(fields.keys[i] as string), bound),
    )
    return { kind: 'object', keys: fields.keys, values, position }
  }

  /** The fields of an `object` or `let`: an object, or an `@obj` around one. */
  #fields(literal: Value, position: Position, place: Position): ObjectValue {
    if (!(literal instanceof ObjectValue)) throw wrongType(['Object'], literal, place)
    if (!isEscape(literal)) return literal
    if (literal.keys[0] === '@obj') {
      const inner = literal.values[0]
      if (inner instanceof ObjectValue) return inner
      throw invalidExpression('Invalid object.', place)
    }
    const value = this.#decode(literal, place)
    throw wrongType(['Object'], value, position)
  }

  #let(literal: ObjectValue, position: Position, bound: Bound | undefined): Expression {
    const place = position.at('let')
    const bindings = this.#bindings(literal.get('let') ?? null, position, place)
    const details: ErrorDetail[] = []
    const names: string[] = []
    const values: Expression[] = []
    let inner = bound
    for (const binding of bindings) {
      const parsed = attempt(() => this.expression(binding.literal, binding.position, inner))
      if (parsed.ok) values.push(parsed.value)
      else details.push(...parsed.details)
      names.push(binding.name)
      inner = { name: binding.name, outer: inner }
    }
    const body = attempt(() => this.expression(literal.get('in') ?? null, position.at('in'), inner))
    if (!body.ok) details.push(...body.details)
    if (details.length > 0 || !body.ok) throw new QueryError(details)
    return { kind: 'let', names, values, body: body.value, position }
  }

  #bindings(
    literal: Value,
    position: Position,
    place: Position,
  ): { name: string; literal: Value; position: Position }[] {
    if (isArray(literal)) {
      return literal.map((one, i) => {
        const at = place.at(i)
        if (!(one instanceof ObjectValue) || one.keys.length !== 1) {
          throw wrongType(['Object'], one, at)
        }
        const name = one.keys[0] as string
        return { name, literal: one.values[0] as Value, position: at.at(name) }
      })
    }
    if (!(literal instanceof ObjectValue)) throw wrongType(['Array'], literal, place)
    const fields = this.#fields(literal, position, place)
    return [...fields.entries()].map(([name, value]) => ({
      name,
      literal: value,
      position: place.at(name),
    }))
  }

  #do(literal: Value, position: Position, bound: Bound | undefined): Expression {
    const place = position.at('do')
    if (!isArray(literal)) throw wrongType(['Array'], literal, place)
    return { kind: 'do', operands: this.#operands(literal, place, bound), position }
  }

  #logic(
    kind: 'and' | 'or',
    literal: Value,
    position: Position,
    bound: Bound | undefined,
  ): Expression {
    const operands = isArray(literal) ? literal : [literal]
    return { kind, operands: this.#operands(operands, position.at(kind), bound), position }
  }

  #operands(literals: readonly Value[], place: Position, bound: Bound | undefined): Expression[] {
    if (literals.length === 0) throw invalidExpression('Expression list cannot be empty.', place)
    return literals.map((one, i) => this.expression(one, place.at(i), bound))
  }

  #escape(literal: ObjectValue, position: Position, bound: Bound | undefined): Expression {
    if (!isEscape(literal)) throw noForm(literal, position)
    if (literal.keys[0] === '@obj') {
      return this.expression(literal.values[0] as Value, position.at('@obj'), bound)
    }
    return { kind: 'literal', value: this.#decode(literal, position), position }
  }

  /** Data: escapes are decoded, other objects are what they are. */
  #data(literal: Value, position: Position): Value {
    if (isArray(literal)) return literal.map((one, i) => this.#data(one, position.at(i)))
    if (!(literal instanceof ObjectValue)) return literal
    if (isEscape(literal)) return this.#decode(literal, position)
    const values = literal.values.map((one, i) =>
      this.#data(one, position.at(literal.keys[i] as string)),
    )
    return new ObjectValue(literal.keys, values)
  }

  #decode(literal: ObjectValue, position: Position): Value {
    return parseEscape(literal, position, {
      names: this.#names,
      data: (inner, at) => this.#data(inner, at),
      lambda: (inner, at, version) =>
        parseClosedLambda(inner, at, { version: version ?? '2.12', names: this.#names }),
    })
  }
}

function parsePattern(literal: Value, position: Position): Pattern {
  if (typeof literal === 'string') return literal
  if (!isArray(literal)) throw wrongType(['String', 'Array'], literal, position)
  return gather(
    literal.map((one, i) =>
      attempt(() => {
        if (typeof one !== 'string') throw wrongType(['String'], one, position.at(i))
        return one
      }),
    ),
  )
}

function namesOf(pattern: Pattern): readonly string[] {
  const names = typeof pattern === 'string' ? [pattern] : pattern
  return names.filter((name) => name !== '_')
}

function isLambdaLiteral(literal: ObjectValue): boolean {
  return literal.keys.length === 2 && literal.has('lambda') && literal.has('expr')
}

function wrongType(types: readonly string[], provided: Value, position: Position): QueryError {
  return invalidExpression(expected(types, typeName(provided)), position)
}

function noForm(literal: ObjectValue, position: Position): QueryError {
  const keys = literal.keys.join(', ')
  return invalidExpression(
    `No form/function found, or invalid argument keys: { ${keys} }.`,
    position,
  )
}
