import faunadb, { type Expr } from 'faunadb'
import { compareWithLoop, loopDetails } from '../against-loop.ts'
import type { Benchmark } from '../benchmark.ts'
import { innerNumbers, outerNumbers } from '../loops.ts'
import { createMovies, requestOf } from '../movies.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query

const add = (sum: Expr, number: Expr) => q.Add(sum, number)

const step = (x: Expr) => (sum: Expr, y: Expr) =>
  q.Let(
    { product: q.Multiply(x, y) },
    q.If(q.GT(q.Var('product'), 100), q.Add(sum, q.Var('product')), q.Subtract(sum, y)),
  )

const evaluation = q.Sum(q.Map([...outerNumbers], (x) => q.Reduce(step(x), 0, [...innerNumbers])))

/**
 * A `Reduce` over 100,000 numbers of the request, and 100,000 steps of arithmetic, `Let` and `If` that need
 * no such request.
 *
 * The reference is the same loop with the same results: over BigInts that wrap at 64 bits, which JavaScript
 * compiles to machine code. A third of its speed is the aim: what a query pays for being read anew, and for
 * places, limits and errors, should not be much more. Where the request is most of the work that is near;
 * steps alone are interpreted, at about a microsecond each, and miss it by far. What a loop over
 * JavaScript's numbers takes, which are not integers of 64 bits, is in the figures too.
 */
export const pureEvaluation: Benchmark = {
  name: 'pure-evaluation',
  what:
    'the less of two: Reduce of 100,000 numbers in the request to their sum; 100,000 steps of Map, Reduce, Let, ' +
    'If and arithmetic; with a token, one at a time, one process; against the same loop in JavaScript, with ' +
    'integers of 64 bits, over bare node:http',
  budget: { kind: 'at-least', ratio: 0.33 },
  run: () =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const { secret } = await createMovies(dataApi, 10)
      const ours = { url: dataApi, pid: vivarium.pid }
      const numbers = Array.from({ length: 100_000 }, (_, i) => i)
      const reduce = requestOf(q.Reduce(add, 0, numbers), secret)
      const steps = requestOf(evaluation, secret)
      const compared = {
        reduce: await compareWithLoop(ours, 'reduce', reduce),
        steps: await compareWithLoop(ours, 'evaluation', steps),
        'reduce, JavaScript numbers': await compareWithLoop(ours, 'reduce-numbers', reduce),
        'steps, JavaScript numbers': await compareWithLoop(ours, 'evaluation-numbers', steps),
      }
      return {
        value: Math.min(compared.reduce.ratio, compared.steps.ratio),
        details: Object.entries(compared).flatMap(([name, one]) => loopDetails(name, one)),
      }
    }),
}
