/** Putting a service under a load, and what it did. */
import autocannon from 'autocannon'
import { median } from '../benchmark.ts'
import type { Asked, Service } from './contender.ts'
import { treeCpuSeconds, treeMegabytes } from './process-tree.ts'

/** What a service did under load. */
export interface Figures {
  /** Answers a second. */
  readonly rate: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Microseconds of processor time an answer, of the server and its database. */
  readonly cpuMicros: number
  /** Of the server and its database, after the load; what is shared counts once. */
  readonly megabytes: number
}

/** How hard, and how long. */
export interface Load {
  readonly connections: number
  readonly seconds: number
}

/**
 * Sends requests again and again; every connection begins at another of them.
 *
 * @throws Error if an answer is not what it should be
 */
export async function measure(
  service: Service,
  requests: readonly Asked[],
  { connections, seconds }: Load,
): Promise<Figures> {
  const sent = requests.map(({ method, path, headers, body }) => ({
    method,
    path,
    headers: { ...headers },
    ...(body !== undefined && { body }),
  }))
  const markers = [...new Set(requests.map(({ expects }) => expects))]
  let clients = 0
  const before = treeCpuSeconds(service.pids)
  const latencies: number[] = []
  const result = await autocannon({
    url: service.url,
    connections,
    duration: seconds,
    // It ends at a sample; the shortest rounds last a quarter of a second.
    sampleInt: 250,
    requests: sent,
    setupClient: (client) => {
      const from = Math.floor((clients++ * sent.length) / connections)
      // The percentiles of the result are whole milliseconds.
      client.on('response', (_status, _bytes, milliseconds) => latencies.push(milliseconds))
      client.setRequests([...sent.slice(from), ...sent.slice(0, from)])
    },
    verifyBody: (body) => markers.some((marker) => String(body).includes(marker)),
  })
  const cpu = treeCpuSeconds(service.pids) - before
  const failed = result.non2xx + result.errors + result.timeouts + result.mismatches
  if (failed > 0) {
    throw new Error(
      `${failed} of ${result.requests.total} answers were no good: ${result.non2xx} refused, ` +
        `${result.mismatches} without what was asked for, ${result.errors} broken, ${result.timeouts} late`,
    )
  }
  if (result.requests.total === 0) throw new Error(`no answer within ${seconds} s`)
  return {
    rate: result.requests.total / result.duration,
    p50: percentile(latencies, 50),
    p99: percentile(latencies, 99),
    cpuMicros: (cpu * 1e6) / result.requests.total,
    megabytes: treeMegabytes(service.pids),
  }
}

function percentile(values: readonly number[], percent: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? Number.NaN
}

/** The middle of each figure of several rounds. */
export function middle(rounds: readonly Figures[]): Figures {
  const of = (key: keyof Figures) => median(rounds.map((round) => round[key]))
  return {
    rate: of('rate'),
    p50: of('p50'),
    p99: of('p99'),
    cpuMicros: of('cpuMicros'),
    megabytes: of('megabytes'),
  }
}

/**
 * Sends one request and says what is wrong with its answer: a status beyond 299, or not what was asked for,
 * as often as it should be there.
 */
export async function complaintAbout(service: Service, asked: Asked): Promise<string | undefined> {
  const response = await fetch(new URL(asked.path, service.url), {
    method: asked.method,
    headers: { ...asked.headers },
    ...(asked.body !== undefined && { body: asked.body }),
  })
  const text = await response.text()
  const found = text.split(asked.expects).length - 1
  const { times = 1 } = asked
  if (response.ok && found === times) return undefined
  return `${response.status}, "${asked.expects}" ${found} times instead of ${times}: ${text.slice(0, 500)}`
}
