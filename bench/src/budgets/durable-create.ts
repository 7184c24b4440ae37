import faunadb from 'faunadb'
import type { Benchmark } from '../benchmark.ts'
import { compare, loadDetails } from '../load.ts'
import { answerTo, createMovies, film, requestOf } from '../movies.ts'
import { withBareServer, withVivarium } from '../vivarium.ts'

const q = faunadb.query
const connections = 32

/** `Create` of a document that is on the disk when it is acknowledged. */
export const durableCreate: Benchmark = {
  name: 'durable-create',
  what:
    'Create with a token, a role and one index, each on the disk before it is acknowledged, 32 connections, ' +
    'HTTP/1.1, one process; against a bare node:http server that keeps nothing',
  budget: { kind: 'at-least', ratio: 0.35 },
  run: () =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const { secret } = await createMovies(dataApi, 1_000)
      const request = requestOf(q.Create(q.Collection('Film'), { data: film(7) }), secret)
      const answer = await answerTo(dataApi, request)
      return withBareServer(answer, [], async (bare) => {
        const result = await compare(
          { url: dataApi, pid: vivarium.pid },
          { url: bare.ready.url, pid: bare.pid },
          { request, connections },
        )
        // The wait for the disk is part of it, so the rate counts, not processor time.
        return { value: result.ours.rate / result.reference.rate, details: loadDetails(result) }
      })
    }),
}
