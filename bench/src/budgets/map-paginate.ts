import faunadb from 'faunadb'
import type { Benchmark } from '../benchmark.ts'
import { createMovies, requestOf } from '../movies.ts'
import { processorTimeOf } from '../processor-time.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query
const pageSize = 64

/** `Map(Paginate(Documents), Get)` of 64 documents, with a token whose role is checked. */
export const mapPaginate: Benchmark = {
  name: 'map-paginate',
  what:
    'Map(Paginate(Documents), Get) of 64 documents with a token and a role, 1,000 documents, 8 connections, ' +
    'HTTP/1.1, one process; against JSON.parse and JSON.stringify of the same answer over bare node:http',
  budget: { kind: 'at-least', ratio: 0.5 },
  run: () =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const { secret } = await createMovies(dataApi, 1_000)
      const request = requestOf(
        q.Map(
          q.Paginate(q.Documents(q.Collection('Film')), { size: pageSize }),
          q.Lambda('ref', q.Get(q.Var('ref'))),
        ),
        secret,
      )
      return processorTimeOf(vivarium, request, ['--json'])
    }),
}
