import autocannon from 'autocannon'
import { median } from './benchmark.ts'
import { cpuSeconds } from './process-usage.ts'

/** A server under load. */
export interface Target {
  readonly url: string
  readonly pid: number
}

/** A request that is sent again and again. */
export interface LoadRequest {
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What a server did under load. */
export interface LoadResult {
  /** Answers a second. */
  readonly rate: number
  /** Microseconds of processor time an answer. */
  readonly cpuMicros: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
}

/** Until node has compiled what a request runs through; a server runs for days. */
const warmUpSeconds = 10
const roundSeconds = 2
const roundsDefault = 5

/**
 * Puts two servers under the same load in turn, round by round, and gives the middle of each one's figures.
 *
 * @throws Error if a server answers with anything but a success
 */
export async function compare(
  ours: Target,
  reference: Target,
  {
    request,
    connections,
    rounds = roundsDefault,
  }: {
    readonly request: LoadRequest
    readonly connections: number
    readonly rounds?: number
  },
): Promise<{ readonly ours: LoadResult; readonly reference: LoadResult }> {
  const load = (target: Target, seconds: number) => put(target, request, { connections, seconds })
  await load(ours, warmUpSeconds)
  await load(reference, warmUpSeconds)
  const ourRounds: LoadResult[] = []
  const referenceRounds: LoadResult[] = []
  for (let i = 0; i < rounds; i++) {
    ourRounds.push(await load(ours, roundSeconds))
    referenceRounds.push(await load(reference, roundSeconds))
  }
  return { ours: middle(ourRounds), reference: middle(referenceRounds) }
}

async function put(
  target: Target,
  { body, headers = {} }: LoadRequest,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<LoadResult> {
  const before = cpuSeconds(target.pid)
  const result = await autocannon({
    url: target.url,
    method: 'POST',
    body,
    headers: { ...headers },
    connections,
    duration: seconds,
  })
  const cpu = cpuSeconds(target.pid) - before
  const failed = result.non2xx + result.errors + result.timeouts
  if (failed > 0) throw new Error(`${failed} of the requests to ${target.url} failed`)
  return {
    rate: result.requests.total / result.duration,
    cpuMicros: (cpu * 1e6) / result.requests.total,
    p50: result.latency.p50,
    p99: result.latency.p99,
  }
}

function middle(results: readonly LoadResult[]): LoadResult {
  const of = (key: keyof LoadResult) => median(results.map((result) => result[key]))
  return { rate: of('rate'), cpuMicros: of('cpuMicros'), p50: of('p50'), p99: of('p99') }
}

/** The figures of a comparison, for the results. */
export function loadDetails({
  ours,
  reference,
}: {
  readonly ours: LoadResult
  readonly reference: LoadResult
}): [string, string][] {
  const perRequest = (micros: number) => `${micros.toFixed(0)} µs`
  return [
    ['rate', (ours.rate / reference.rate).toFixed(2)],
    [
      'processor time per request',
      `${perRequest(ours.cpuMicros)} : ${perRequest(reference.cpuMicros)}`,
    ],
    ['p50', `${ours.p50} : ${reference.p50} ms`],
    ['p99', `${ours.p99} : ${reference.p99} ms`],
  ]
}
