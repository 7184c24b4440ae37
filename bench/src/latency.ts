import http from 'node:http'
import { median } from './benchmark.ts'
import type { LoadRequest } from './load.ts'

/** Answers in a row from one server, before it is the other's turn. */
const perTurn = 100
const turns = 40

/** Requests, one of which is sent each time, to a server. */
export interface Requests {
  readonly url: string
  readonly requests: readonly LoadRequest[]
}

/**
 * Microseconds from a request to its answer, the middle of many: of two servers that are asked in turn, one
 * request at a time.
 */
export async function compareLatency(one: Requests, other: Requests): Promise<[number, number]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const times: [number[], number[]] = [[], []]
  try {
    for (let turn = 0; turn < turns; turn++) {
      for (const [i, { url, requests }] of [one, other].entries()) {
        for (let n = 0; n < perTurn; n++) {
          const request = requests[(turn * perTurn + n) % requests.length]
          if (request === undefined) throw new Error('there is nothing to ask')
          const started = performance.now()
          await answered(agent, url, request)
          // The first turns warm everything up.
          if (turn >= turns / 4) times[i]?.push((performance.now() - started) * 1000)
        }
      }
    }
  } finally {
    agent.destroy()
  }
  return [median(times[0]), median(times[1])]
}

function answered(
  agent: http.Agent,
  url: string,
  { body, headers = {} }: LoadRequest,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = http.request(url, { method: 'POST', agent, headers: { ...headers } })
    request.on('error', reject)
    request.on('response', (response) => {
      response.on('error', reject)
      response.on('end', () =>
        response.statusCode === 200 ? resolve() : reject(new Error('a query failed')),
      )
      response.resume()
    })
    request.end(body)
  })
}
