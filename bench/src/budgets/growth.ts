import faunadb, { type values } from 'faunadb'
import type { Benchmark } from '../benchmark.ts'
import { createItems, groupSize, itemsOf } from '../items.ts'
import { compareLatency } from '../latency.ts'
import { requestOf } from '../movies.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query

const few = 1_000
/** Different documents that are asked for, all over the collection. */
const samples = 1_000

/**
 * What a thousand times the data does to the time of an answer: the middle one of many, from the request
 * to the answer, asked for documents and terms all over the collection.
 *
 * With `--documents` fewer are loaded, for trying.
 */
export const growth: Benchmark = {
  name: 'growth',
  what:
    'the worse of two: p50 of Get(ref), and of a page of 64 of Match(index, term), with a token and a role, one ' +
    'request at a time, with 1,000,000 documents; against the same with 1,000',
  budget: { kind: 'at-most', ratio: 1.3 },
  run: ({ documents }) =>
    withVivarium({ only: 'data-api' }, (small) =>
      withVivarium({ only: 'data-api' }, async (large) => {
        const [one, other] = [small.ready.dataApi, large.ready.dataApi]
        const secretOfFew = await createItems(one, few, ['items_by_group'])
        const started = performance.now()
        const secretOfMany = await createItems(other, documents, ['items_by_group'])
        const loadSeconds = (performance.now() - started) / 1000
        const groups = { few: spread(few / groupSize), many: spread(documents / groupSize) }
        const refs = {
          few: await itemsOf(one, groups.few),
          many: await itemsOf(other, groups.many),
        }
        const reads = await compareLatency(
          { url: one, requests: pointReads(refs.few, secretOfFew) },
          { url: other, requests: pointReads(refs.many, secretOfMany) },
        )
        const matches = await compareLatency(
          { url: one, requests: indexMatches(groups.few, secretOfFew) },
          { url: other, requests: indexMatches(groups.many, secretOfMany) },
        )
        const micros = ([before, after]: [number, number]) =>
          `${(after / before).toFixed(2)} (${after.toFixed(0)} : ${before.toFixed(0)} µs)`
        return {
          value: Math.max(reads[1] / reads[0], matches[1] / matches[0]),
          details: [
            ['documents', String(documents)],
            ['point read', micros(reads)],
            ['index match', micros(matches)],
            ['loaded in', `${loadSeconds.toFixed(0)} s`],
          ],
        }
      }),
    ),
}

/** Every so manieth of a number of things. */
function spread(count: number): readonly number[] {
  const length = Math.min(samples, count)
  return Array.from({ length }, (_, i) => Math.floor((i * count) / length))
}

function pointReads(refs: readonly values.Ref[], secret: string) {
  return refs.map((ref) => requestOf(q.Get(ref), secret))
}

function indexMatches(groups: readonly number[], secret: string) {
  return groups.map((group) =>
    requestOf(q.Paginate(q.Match(q.Index('items_by_group'), group), { size: 64 }), secret),
  )
}
