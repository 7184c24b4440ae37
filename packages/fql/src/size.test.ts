/** Small queries that would make values of any size. */
import faunadb, { type ExprArg } from 'faunadb'
import { describe, expect, it } from 'vitest'
import { run } from './testing/run.ts'

const { query: q } = faunadb

/** A value put through the same step again and again. */
function repeated(first: ExprArg, times: number, step: (value: ExprArg) => ExprArg): ExprArg {
  const names = Array.from({ length: times }, (_, i) => ({ [`v${i + 1}`]: step(q.Var(`v${i}`)) }))
  return q.Let([{ v0: first }, ...names], q.Var(`v${times}`))
}

const twice = (value: ExprArg) => q.Append(value, value)
const nested = (value: ExprArg) => [value, value]
const tooMuch = expect.stringMatching(/^Transaction does too much compute: got \d+, limit: \d+$/)
const numbers = Array.from({ length: 1000 }, (_, i) => i)

describe('a query may make much', () => {
  it('an array of a quarter of a million elements', () => {
    expect(run(q.Count(repeated([1], 18, twice)))).toBe('262144')
  })

  it('an array element by element', () => {
    const grown = q.Reduce(
      q.Lambda(['all', 'one'], q.Append([q.Var('one')], q.Var('all'))),
      [],
      numbers,
    )
    expect(run(q.Equals(grown, numbers))).toBe('true')
  })

  it('an array of eight thousand elements, one by one', () => {
    const many = Array.from({ length: 8000 }, (_, i) => i)
    for (const grow of [q.Append, q.Prepend]) {
      const lambda = q.Lambda(['all', 'one'], grow([q.Var('one')], q.Var('all')))
      expect(run(q.Count(q.Reduce(lambda, [], many)))).toBe('8000')
    }
  })

  it('a value that holds others many times', () => {
    expect(run(q.Equals(repeated(1, 12, nested), repeated(1, 12, nested)))).toBe('true')
  })
})

describe('a query is refused that would make too much', () => {
  it.each<[string, ExprArg]>([
    [
      'an array element by element',
      q.Count(
        q.Reduce(
          q.Lambda(['all', 'one'], q.Append(q.Var('one'), q.Var('all'))),
          [],
          Array.from({ length: 9000 }, (_, i) => i),
        ),
      ),
    ],
    ['an array that doubles', q.Count(repeated([1], 40, twice))],
    ['a value in itself, rendered', repeated(1, 40, nested)],
    ['a value in itself, compared', q.Equals(repeated(1, 40, nested), repeated(1, 40, nested))],
    ['an object in itself', repeated({}, 40, (v) => ({ a: v, b: v }))],
    ['a value in itself through a function', repeated([1], 40, (v) => q.Merge({ a: v }, { b: v }))],
    [
      'flat arrays in many places',
      q.Map(numbers, q.Lambda('_', q.Map(numbers, q.Lambda('_', numbers)))),
    ],
    [
      'many long texts',
      q.Let(
        { text: repeated('a', 22, (v) => q.Concat([v, v])) },
        q.Map(numbers, q.Lambda('n', q.Concat([q.Var('text'), q.ToString(q.Var('n'))]))),
      ),
    ],
  ])('%s', (_what, query) => {
    expect(() => run(query)).toThrow(
      expect.objectContaining({ status: 400, code: 'bad request', message: tooMuch }),
    )
  })

  it('an answer that is too long', () => {
    const text = repeated('a', 20, (v) => q.Concat([v, v]))
    const answer = q.Let({ text }, q.Map(numbers.slice(0, 100), q.Lambda('_', q.Var('text'))))
    expect(() => run(answer)).toThrow(
      /^Transaction exceeded limit: got \d+ bytes, limit 67108864 bytes$/,
    )
  })
})
