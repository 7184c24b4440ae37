import faunadb from 'faunadb'
import type { Benchmark } from '../benchmark.ts'
import { createItems } from '../items.ts'
import { requestOf } from '../movies.ts'
import { processorTimeOf } from '../processor-time.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query
const pageSize = 64

/**
 * A page of documents, each with the document that it refers to: 128 reads and 256 variables for one
 * answer, so a little less is asked than of a page of plain documents.
 */
export const joinedPage: Benchmark = {
  name: 'joined-page',
  what:
    'a page of 64 documents by an index, each with the one it refers to (Map, Let, Get, Select), with a token and ' +
    'a role, 10,000 documents, 8 connections, HTTP/1.1, one process; against JSON.parse and JSON.stringify of the ' +
    'same answer over bare node:http',
  budget: { kind: 'at-least', ratio: 0.4 },
  run: () =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const secret = await createItems(dataApi, 10_000, ['items_by_group'])
      const match = q.Match(q.Index('items_by_group'), 42)
      const joined = q.Lambda(
        'ref',
        q.Let(
          {
            item: q.Get(q.Var('ref')),
            owner: q.Get(q.Select(['data', 'owner'], q.Var('item'))),
          },
          { item: q.Var('item'), owner: q.Var('owner') },
        ),
      )
      const request = requestOf(q.Map(q.Paginate(match, { size: pageSize }), joined), secret)
      return processorTimeOf(vivarium, request, ['--json'])
    }),
}
