import faunadb from 'faunadb'
import type { Benchmark } from '../benchmark.ts'
import { createMovies, requestOf } from '../movies.ts'
import { processorTimeOf } from '../processor-time.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query
const count = 1_000

/** `Get` of a document by its ref, with a token whose role is checked. */
export const pointRead: Benchmark = {
  name: 'point-read',
  what:
    'Get(ref) with a token and a role, 1,000 documents, 8 connections, HTTP/1.1, one process; against a bare ' +
    'node:http server that parses the same request and returns the same bytes',
  budget: { kind: 'at-least', ratio: 0.5 },
  run: () =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const { secret, refs } = await createMovies(dataApi, count)
      const ref = refs.at(count / 2)
      if (ref === undefined) throw new Error('there are no movies to read')
      const request = requestOf(q.Get(ref), secret)
      return processorTimeOf(vivarium, request, [])
    }),
}
