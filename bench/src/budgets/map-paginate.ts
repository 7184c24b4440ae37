import faunadb from 'faunadb'
import type { Benchmark } from '../benchmark.ts'
import { compare, loadDetails } from '../load.ts'
import { answerTo, createMovies, requestOf } from '../movies.ts'
import { withBareServer, withVivarium } from '../vivarium.ts'

const q = faunadb.query
const connections = 8
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
      const answer = await answerTo(dataApi, request)
      return withBareServer(answer, ['--json'], async (bare) => {
        const result = await compare(
          { url: dataApi, pid: vivarium.pid },
          { url: bare.ready.url, pid: bare.pid },
          { request, connections },
        )
        // Rates say what processor time says, less exactly where cores are shared with the load.
        return {
          value: result.reference.cpuMicros / result.ours.cpuMicros,
          details: loadDetails(result),
        }
      })
    }),
}
