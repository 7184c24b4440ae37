import faunadb from 'faunadb'
import type { Benchmark } from '../benchmark.ts'
import { createItems } from '../items.ts'
import { requestOf } from '../movies.ts'
import { processorTimeOf } from '../processor-time.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query
const pageSize = 64

/**
 * A page of an index by one term.
 *
 * The reference does the least that any server does which keeps entries as they are sent: it reads and
 * writes them. Ours also checks the token and the role, reads the entries in their order, and makes cursors.
 */
export const indexMatch: Benchmark = {
  name: 'index-match',
  what:
    'Paginate(Match(index, term)) of 64 of 100 entries with a token and a role, 10,000 documents, 8 connections, ' +
    'HTTP/1.1, one process; against JSON.parse and JSON.stringify of the same answer over bare node:http',
  budget: { kind: 'at-least', ratio: 0.5 },
  run: () =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const secret = await createItems(dataApi, 10_000, ['items_by_group'])
      const match = q.Match(q.Index('items_by_group'), 42)
      const request = requestOf(q.Paginate(match, { size: pageSize }), secret)
      return processorTimeOf(vivarium, request, ['--json'])
    }),
}
