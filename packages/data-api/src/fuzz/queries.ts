/** Random queries: well-formed ones with mostly right arguments, and some that are nearly well-formed. */
import fc, { type Arbitrary } from 'fast-check'
import { commonQueries } from './common-queries.ts'
import type { Acceptance, Argument, FuzzedForm, Grammar } from './grammar.ts'
import { type Json, samples } from './samples.ts'

/** How deep forms are nested in one another. */
const depthMax = 3

/** The variables that bodies of lambdas and `let` may use. */
const variables = ['x', 'y'] as const

/** Fields of documents that collections and indexes know. */
const dataFields = ['name', 'kind', 'age', 'email', 'tags']

/** Fields that documents of some type have. */
const settings = [
  ...['name', 'data', 'ttl', 'credentials', 'source', 'terms', 'values', 'unique', 'serialized'],
  ...[
    'role',
    'instance',
    'password',
    'privileges',
    'membership',
    'body',
    'history_days',
    'ttl_days',
  ],
  ...['permissions', 'partitions', 'active', 'database', 'priority', 'delegates', 'ref', 'ts'],
  ...['issuer', 'jwks_uri', 'roles', 'current_password'],
]

/** Arbitrary queries over a grammar. */
export function queries(grammar: Grammar): Arbitrary<Json> {
  const made = new Queries(grammar)
  return fc.oneof(
    { weight: 3, arbitrary: made.any(depthMax, false) },
    { weight: 1, arbitrary: made.write(depthMax) },
    { weight: 3, arbitrary: made.common() },
  )
}

class Queries {
  readonly #forms: readonly FuzzedForm[]
  readonly #anything: Acceptance
  readonly #known = new Map<string, Arbitrary<Json>>()
  readonly #numbers = new Map<object, number>()

  constructor(grammar: Grammar) {
    this.#forms = [...grammar.forms.values()]
    this.#anything = { right: samples, makers: new Set(grammar.forms.keys()) }
  }

  /** Any query; with `isBound`, one that may use the variables. */
  any(depth: number, isBound: boolean): Arbitrary<Json> {
    return this.#making(this.#anything, depth, isBound)
  }

  /** A query as applications send it. */
  common(): Arbitrary<Json> {
    const paginate = this.#forms.find(({ name }) => name.startsWith('paginate,'))
    const sets = paginate?.arguments[0]?.accepts ?? this.#anything
    return commonQueries({
      document: this.#document(1, false),
      set: this.#making(sets, 1, false),
      value: this.any(0, false),
    })
  }

  /** A query that probably writes. */
  write(depth: number): Arbitrary<Json> {
    return this.#oneCall(
      this.#forms.filter(({ writes }) => writes),
      depth,
      false,
    )
  }

  /** A query whose value is probably accepted. */
  #making(accepts: Acceptance, depth: number, isBound: boolean): Arbitrary<Json> {
    return this.#once(accepts, depth, isBound, () => {
      const leaf = this.#leaf(accepts, isBound)
      if (depth === 0) return leaf
      const makers = this.#forms.filter(({ name }) => accepts.makers.has(name))
      const inner = () => this.#making(accepts, depth - 1, isBound)
      return fc.oneof(
        { withCrossShrink: true },
        { weight: accepts === this.#anything ? 1 : 8, arbitrary: leaf },
        { weight: makers.length === 0 ? 0 : 8, arbitrary: this.#oneCall(makers, depth, isBound) },
        { weight: 1, arbitrary: this.#oneCall(this.#forms, depth, isBound) },
        { weight: 2, arbitrary: fc.oneof(...this.#wrappings(accepts, inner(), depth, isBound)) },
      )
    })
  }

  #leaf({ right }: Acceptance, isBound: boolean): Arbitrary<Json> {
    return fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...right) },
      { weight: 1, arbitrary: fc.constantFrom(...samples) },
      { weight: isBound ? 4 : 0, arbitrary: fc.record({ var: fc.constantFrom(...variables) }) },
    )
  }

  #oneCall(forms: readonly FuzzedForm[], depth: number, isBound: boolean): Arbitrary<Json> {
    if (forms.length === 0) return fc.constant(null)
    const calls = forms.map((form) =>
      this.#once(form, depth, isBound, () => this.#call(form, depth - 1, isBound)),
    )
    return fc.oneof(...calls)
  }

  #call(form: FuzzedForm, depth: number, isBound: boolean): Arbitrary<Json> {
    const fields = form.arguments.map((argument) => this.#argument(argument, depth, isBound))
    const keys = form.arguments.map(({ key }) => key)
    const optional = form.arguments.filter(({ isOptional }) => isOptional).map(({ key }) => key)
    const chosen = fc.tuple(fc.tuple(...fields), fc.subarray(optional), this.#slip(keys))
    return chosen.map(([values, given, slip]) => {
      const call: Record<string, Json> = {}
      let isExclusiveGiven = false
      for (const [i, { key, isOptional }] of form.arguments.entries()) {
        if (isOptional && !given.includes(key)) continue
        if (form.exclusive.includes(key)) {
          if (isExclusiveGiven) continue
          isExclusiveGiven = true
        }
        call[key] = values[i] ?? null
      }
      return slip(call)
    })
  }

  #argument({ key, mode, accepts }: Argument, depth: number, isBound: boolean): Arbitrary<Json> {
    const value = this.#making(accepts, depth, isBound)
    if (mode === 'lambda') {
      return fc.oneof(
        { weight: 30, arbitrary: this.#lambda(depth) },
        { weight: 1, arbitrary: value },
      )
    }
    if (key === 'params' || key.startsWith('create_')) {
      return fc.oneof(value, this.#document(depth, isBound))
    }
    return mode === 'lambdaOrValue' ? fc.oneof(this.#lambda(depth), value) : value
  }

  /** Parameters of a write, mostly with something wrong. */
  #document(depth: number, isBound: boolean): Arbitrary<Json> {
    const leaf = this.any(0, isBound)
    const value = depth === 0 ? leaf : fc.oneof(leaf, this.any(depth - 1, isBound))
    const object = (names: readonly string[]) =>
      fc.record({ object: fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 3 }) })
    return fc.oneof(
      object(settings),
      fc.record({ object: fc.record({ data: object(dataFields) }) }),
      fc.record({
        object: fc.record({ name: fc.constantFrom('m', 'pets'), data: object(dataFields) }),
      }),
    )
  }

  #lambda(depth: number): Arbitrary<Json> {
    return this.#once(variables, depth, true, () =>
      fc.record({
        lambda: fc.constantFrom<Json>('x', ['x', 'y']),
        expr: fc.oneof(
          { weight: 1, arbitrary: fc.constant<Json>({ var: 'x' }) },
          { weight: 4, arbitrary: this.any(depth, true) },
        ),
      }),
    )
  }

  /** The forms whose arguments are no expressions, which the table does not have. */
  #wrappings(
    accepts: Acceptance,
    inner: Arbitrary<Json>,
    depth: number,
    isBound: boolean,
  ): Arbitrary<Json>[] {
    const other = this.any(depth - 1, isBound)
    const body = this.#making(accepts, depth - 1, true)
    return [
      fc.record({ let: fc.record({ x: other, y: inner }), in: body }),
      fc.record({ let: fc.tuple(fc.record({ x: other }), fc.record({ y: inner })), in: body }),
      fc.record({ do: fc.tuple(other, inner) }),
      fc.tuple(inner, other),
      fc.record({ object: fc.record({ a: inner, data: other }) }),
      fc.record({ and: fc.tuple(inner, other) }),
      fc.record({ or: fc.tuple(other, inner) }),
      fc.record({ quote: inner }),
      fc.record({ '@obj': inner }),
      fc.record({ at: fc.oneof(this.#times, other), expr: inner }),
      // biome-ignore lint/suspicious/noThenProperty: it is the form's key, and the record is never awaited.
      fc.record({ if: fc.boolean(), then: inner, else: inner }),
      fc.record({ paginate: inner, events: fc.constant<Json>(true) }),
    ]
  }

  readonly #times = fc.constantFrom<Json>(
    { '@ts': '2023-11-14T22:13:25Z' },
    { time: 'now' },
    1_700_000_012_000_000,
  )

  /** Rarely something that makes a form nearly one. */
  #slip(keys: readonly string[]): Arbitrary<(call: Record<string, Json>) => Json> {
    const key = fc.constantFrom(...keys)
    return fc.oneof(
      { weight: 60, arbitrary: fc.constant((call: Record<string, Json>) => call) },
      {
        weight: 1,
        arbitrary: key.map((gone) => (call: Record<string, Json>) => {
          return Object.fromEntries(Object.entries(call).filter(([name]) => name !== gone))
        }),
      },
      {
        weight: 1,
        arbitrary: fc
          .constantFrom('extra', 'lambda', 'default')
          .map((extra) => (call: Record<string, Json>) => ({ ...call, [extra]: null })),
      },
    )
  }

  /** Arbitraries are shared: there are as many as there are types and depths, not as there are paths. */
  #once(of: object, depth: number, isBound: boolean, make: () => Arbitrary<Json>): Arbitrary<Json> {
    const number = this.#numbers.get(of) ?? this.#numbers.size
    this.#numbers.set(of, number)
    const name = `${number} ${depth} ${isBound}`
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const made = make()
    this.#known.set(name, made)
    return made
  }
}
