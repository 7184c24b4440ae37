/** From an answer to the whole response: headers, metrics, CORS, layout (wire §3.2). */
import type { HttpRequest, HttpResponse } from '@vivarium/http'
import type { QueryMetrics } from '../query.ts'
import { corsHeaders } from './cors.ts'
import type { RequestParameters } from './request-parameters.ts'
import { type Answer, contentType } from './responses.ts'
import { traceparent } from './traceparent.ts'

/** What a route gives: an answer, when it holds, and what it cost. */
export interface Outcome {
  readonly answer: Answer
  /** Microseconds since the Unix epoch; absent for the server's clock. */
  readonly txnTime?: bigint | undefined
  readonly metrics?: QueryMetrics
  readonly bytesIn?: number
  /** What follows line by line in place of the answer's body. */
  readonly stream?: AsyncIterable<Uint8Array>
}

/** What a response depends on besides its outcome. */
export interface ResponseContext {
  readonly request: HttpRequest
  /** Absent if the request's own headers were refused. */
  readonly parameters: RequestParameters | undefined
  /** When the request came, on the clock of `performance`. */
  readonly startedMs: number
  /** The server's clock, microseconds since the Unix epoch. */
  readonly now: bigint
  readonly build: string
}

/** The response to a request that was routed, or refused for its tags. */
export function respond(outcome: Outcome, context: ResponseContext): HttpResponse {
  const { answer } = outcome
  const { parameters } = context
  // Encoded here, once: its length is told in two headers.
  const text = Buffer.from(parameters?.prettyPrints ? pretty(answer.body) : answer.body)
  const txnTime = String(outcome.txnTime ?? context.now)
  const headers: Record<string, string> =
    answer.hasMetrics === false
      ? { 'content-type': contentType, 'x-txn-time': txnTime }
      : metricHeaders(txnTime, outcome, text.length, context.startedMs)
  if (parameters?.tags !== undefined) headers['x-fauna-tags'] = parameters.tags
  if (answer.headers !== undefined) Object.assign(headers, answer.headers)
  addCommon(headers, context)
  return { status: answer.status, headers, body: outcome.stream ?? text }
}

/** The response to a request whose headers were refused: nothing ran, so nothing is told of it. */
export function respondRefused(answer: Answer, context: ResponseContext): HttpResponse {
  const headers: Record<string, string> = { 'content-type': contentType }
  addCommon(headers, context)
  return { status: answer.status, headers, body: answer.body }
}

/** One literal: to add them one by one costs more than all the rest of an answer's headers. */
function metricHeaders(
  txnTime: string,
  { metrics, bytesIn }: Outcome,
  bytesOut: number,
  startedMs: number,
): Record<string, string> {
  return {
    'content-type': contentType,
    'x-txn-time': txnTime,
    'x-compute-ops': String(metrics?.computeOps ?? 1),
    'x-byte-read-ops': String(metrics?.readOps ?? 0),
    'x-byte-write-ops': String(metrics?.writeOps ?? 0),
    'x-query-time': String(Math.ceil(performance.now() - startedMs)),
    'x-query-bytes-in': String(bytesIn ?? 0),
    'x-query-bytes-out': String(bytesOut),
    'x-storage-bytes-read': String(metrics?.bytesRead ?? 0),
    'x-storage-bytes-write': String(metrics?.bytesWritten ?? 0),
    'x-txn-retries': String(metrics?.retries ?? 0),
  }
}

/** CORS, which names the headers so far, and then those that it does not name (wire §1.3). */
function addCommon(headers: Record<string, string>, { request, build }: ResponseContext): void {
  const { origin, traceparent: trace } = request.headers
  if (origin !== undefined) Object.assign(headers, corsHeaders(origin, headers))
  headers['x-faunadb-build'] = build
  headers['x-request-id'] = request.id
  headers.traceparent = traceparent(trace)
}

/** Indented, without reading numbers: their exact digits must stay. */
function pretty(json: string): string {
  let depth = 0
  return json.replace(/"(?:[^"\\]|\\.)*"|\{\}|\[\]|[{}[\],:]/g, (token) => {
    const line = () => `\n${'  '.repeat(depth)}`
    if (token === '{' || token === '[') {
      depth++
      return token + line()
    }
    if (token === '}' || token === ']') {
      depth--
      return line() + token
    }
    if (token === ',') return token + line()
    return token === ':' ? ': ' : token
  })
}
