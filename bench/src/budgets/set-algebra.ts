import faunadb, { type Expr } from 'faunadb'
import { compareWithLoop, loopDetails } from '../against-loop.ts'
import type { Benchmark } from '../benchmark.ts'
import { createItems } from '../items.ts'
import { type LoopName, setItems } from '../loops.ts'
import { requestOf } from '../movies.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query

const red = q.Match(q.Index('items_by_tag'), 'red')
const green = q.Match(q.Index('items_by_tag'), 'green')
const byGroup = q.Join(q.Match(q.Index('all_groups')), q.Index('items_by_group'))

const operations: readonly (readonly [LoopName, Expr])[] = [
  ['union', q.Count(q.Union(red, green))],
  ['intersection', q.Count(q.Intersection(red, green))],
  ['difference', q.Count(q.Difference(red, green))],
  ['join', q.Count(byGroup)],
  ['union-page', q.Paginate(q.Union(red, green), { size: 100_000 })],
]

/**
 * Set algebra over 100,000 entries.
 *
 * The reference has the ids in memory, as the JSON text of an array, reads them for each request and uses
 * JavaScript's own hash sets. Ours reads every entry from the store, in order and in a snapshot, asks
 * whether the caller may see it, and merges without holding a set: what it pays for in memory that does
 * not grow. A tenth of the reference's rate is a few microseconds an entry.
 */
export const setAlgebra: Benchmark = {
  name: 'set-algebra',
  what:
    'the least of five: Count of the union, intersection and difference of two matches of 50,000 entries each, ' +
    'Count of a join of 750 sets of 100 entries, a page of the whole union; with a token and a role, one at a ' +
    'time, one process; against JSON.parse of the ids and JavaScript Sets over bare node:http',
  budget: { kind: 'at-least', ratio: 0.1 },
  run: () =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const secret = await createItems(dataApi, setItems, ['items_by_group', 'items_by_tag'])
      const ours = { url: dataApi, pid: vivarium.pid }
      const ratios: number[] = []
      const details: [string, string][] = []
      for (const [name, query] of operations) {
        const comparison = await compareWithLoop(ours, name, requestOf(query, secret))
        ratios.push(comparison.ratio)
        details.push(...loopDetails(name, comparison))
      }
      return { value: Math.min(...ratios), details }
    }),
}
