/**
 * What the clients of isolation tests do, as queries and as a model: three accounts with whole numbers, and
 * names that a serialized unique index knows. Every answer depends on everything that was written before.
 */
import type { ExprArg } from 'faunadb'
import type { Answered } from '../testing/send.ts'
import { q } from '../testing/test-data-api.ts'

/** The ids of the accounts. */
export const accounts = ['1', '2', '3'] as const

/** One of them. */
export type Account = (typeof accounts)[number]

/** One query of a client. */
export type Operation =
  /** Moves an amount if there is enough: lost updates and half-done moves change the sum. */
  | { readonly kind: 'move'; readonly from: Account; readonly to: Account; readonly amount: number }
  /** Adds one and tells the result: lost updates repeat a number. */
  | { readonly kind: 'count'; readonly account: Account }
  /** Takes one from an account if both together have more than nothing: write skew takes too much. */
  | { readonly kind: 'take'; readonly from: Account; readonly with: Account }
  /** Makes a document of this name if the index has none: write skew over an index makes two. */
  | { readonly kind: 'claim'; readonly name: string }
  /** The same, and left to the index to refuse. */
  | { readonly kind: 'create'; readonly name: string }
  /** All accounts, the first one twice. */
  | { readonly kind: 'read' }
  /** How many documents have the name. */
  | { readonly kind: 'find'; readonly name: string }

/** What accounts hold and which names are taken. */
export interface State {
  readonly amounts: Readonly<Record<Account, number>>
  readonly names: ReadonlySet<string>
}

/** What accounts hold at first. */
export const stateAtFirst: State = { amounts: { '1': 5, '2': 5, '3': 5 }, names: new Set() }

/** What an operation answers in a state, and what it makes of it: the same state if it writes nothing. */
export function apply(operation: Operation, state: State): { answer: string; state: State } {
  const { amounts, names } = state
  const unchanged = (answer: unknown) => ({ answer: JSON.stringify(answer), state })
  const changed = (answer: unknown, change: Partial<State['amounts']>) => ({
    answer: JSON.stringify(answer),
    state: { names, amounts: { ...amounts, ...change } },
  })
  switch (operation.kind) {
    case 'move': {
      const { from, to, amount } = operation
      if (from === to || amounts[from] < amount) return unchanged(false)
      return changed(true, { [from]: amounts[from] - amount, [to]: amounts[to] + amount })
    }
    case 'count': {
      const next = amounts[operation.account] + 1
      return changed(next, { [operation.account]: next })
    }
    case 'take': {
      if (amounts[operation.from] + amounts[operation.with] <= 0) return unchanged('none left')
      const left = amounts[operation.from] - 1
      return changed(left, { [operation.from]: left })
    }
    case 'claim':
    case 'create': {
      const { kind, name } = operation
      if (names.has(name)) return unchanged(kind === 'claim' ? 'taken' : 'instance not unique')
      return { answer: '"made"', state: { amounts, names: new Set([...names, name]) } }
    }
    case 'read':
      return unchanged([...accounts.map((id) => amounts[id]), amounts['1']])
    case 'find':
      return unchanged(names.has(operation.name) ? 1 : 0)
  }
}

/** What an answer says, as the model says it. */
export function answerOf({ body }: Answered): string {
  const { resource, errors } = JSON.parse(body)
  return JSON.stringify(errors === undefined ? resource : errors[0].code)
}

/** The schema and the accounts, to be sent one after another. */
export const schema: readonly ExprArg[] = [
  q.CreateCollection({ name: 'accounts' }),
  q.CreateCollection({ name: 'people' }),
  q.CreateIndex({
    name: 'people_by_name',
    source: q.Collection('people'),
    terms: [{ field: ['data', 'name'] }],
    unique: true,
    serialized: true,
  }),
  ...accounts.map((id) => q.Create(account(id), { data: { amount: stateAtFirst.amounts[id] } })),
]

/** The query of an operation. */
export function queryOf(operation: Operation): ExprArg {
  switch (operation.kind) {
    case 'move': {
      const { from, to, amount } = operation
      if (from === to) return false
      return q.If(
        q.LT(amountOf(from), amount),
        false,
        q.Do(
          set(from, q.Subtract(amountOf(from), amount)),
          set(to, q.Add(amountOf(to), amount)),
          true,
        ),
      )
    }
    case 'count': {
      const { account: id } = operation
      return q.Select(['data', 'amount'], set(id, q.Add(amountOf(id), 1)))
    }
    case 'take': {
      const { from } = operation
      return q.If(
        q.LTE(q.Add(amountOf(from), amountOf(operation.with)), 0),
        'none left',
        q.Select(['data', 'amount'], set(from, q.Subtract(amountOf(from), 1))),
      )
    }
    case 'claim':
      return q.If(q.Exists(named(operation.name)), 'taken', make(operation.name))
    case 'create':
      return make(operation.name)
    case 'read':
      return [...accounts.map(amountOf), amountOf('1')]
    case 'find':
      return q.Count(named(operation.name))
  }
}

function account(id: Account): ExprArg {
  return q.Ref(q.Collection('accounts'), id)
}

const amountOf = (id: Account) => q.Select(['data', 'amount'], q.Get(account(id)))
const set = (id: Account, amount: ExprArg) => q.Update(account(id), { data: { amount } })
const named = (name: string) => q.Match(q.Index('people_by_name'), name)
const make = (name: string) => q.Do(q.Create(q.Collection('people'), { data: { name } }), 'made')
