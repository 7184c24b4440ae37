/** The data API as an HTTP handler: routes, and the order of checks (wire §1.2). */
import { randomUUID } from 'node:crypto'
import {
  invalidExpression,
  JsonError,
  newMeter,
  Position,
  parseJson,
  QueryError,
  type Value,
} from '@vivarium/fql'
import { BodyTooLarge, type HttpHandler, type HttpRequest, type HttpResponse } from '@vivarium/http'
import type { Store } from '@vivarium/store'
import { secretOf } from './http/authorization-header.ts'
import { corsHeaders, preflightHeaders } from './http/cors.ts'
import {
  InvalidHeader,
  type RequestParameters,
  requestParameters,
} from './http/request-parameters.ts'
import {
  type Answer,
  contentType,
  methodNotAllowed,
  notFound,
  protocolError,
  queryErrorAnswer,
  unauthorized,
} from './http/responses.ts'
import { traceparent } from './http/traceparent.ts'
import { authenticate } from './model/authenticate.ts'
import { globalId } from './model/global-id.ts'
import { UnitOfWork } from './model/unit-of-work.ts'
import { type QueryMetrics, type QueryRunner, runQuery } from './query.ts'

/** Largest request body, in bytes (wire §9). */
export const bodyBytesMax = 8 * 1024 * 1024

export interface DataApiOptions {
  readonly store: Store
  /** Secrets that act as admin on the root database. */
  readonly rootSecrets: readonly string[]
  /** The value of `x-faunadb-build`. */
  readonly build?: string
}

/** What a route gives: an answer, when it holds, and what it cost. */
interface Outcome {
  readonly answer: Answer
  readonly txnTime?: bigint | undefined
  readonly metrics?: QueryMetrics
  readonly bytesIn?: number
}

/** Makes the handler of the data API over a store. */
export function createDataApi(options: DataApiOptions): HttpHandler {
  const runner: QueryRunner = {
    store: options.store,
    rootSecrets: options.rootSecrets,
    schemas: new Map(),
  }
  const build = options.build ?? 'vivarium'
  return async (request) => {
    const started = performance.now()
    const { origin } = request.headers
    if (request.method === 'OPTIONS' && origin !== undefined) {
      return { status: 200, headers: preflightHeaders(origin) }
    }
    let parameters: RequestParameters
    try {
      parameters = requestParameters(request.headers)
    } catch (error) {
      if (!(error instanceof InvalidHeader)) throw error
      const { status, body } = protocolError(400, 'bad request', error.message)
      const headers = { 'content-type': contentType }
      return { status, body, headers: withOrigin(origin, headers) }
    }
    const outcome = await route(runner, request, parameters)
    return respond(outcome, { request, parameters, started, build })
  }
}

async function route(
  runner: QueryRunner,
  request: HttpRequest,
  parameters: RequestParameters,
): Promise<Outcome> {
  switch (request.path) {
    case '':
    case '/':
      return query(runner, request, parameters, ['GET', 'POST'])
    case '/linearized':
      return query(runner, request, parameters, ['POST'])
    case '/ping':
      return { answer: ping(request) }
    case '/authorized':
      return { answer: await authorized(runner, request, parameters) }
    default:
      return { answer: notFound }
  }
}

async function query(
  runner: QueryRunner,
  request: HttpRequest,
  parameters: RequestParameters,
  methods: readonly string[],
): Promise<Outcome> {
  const secret = secretOf(request.headers.authorization)
  if (secret === undefined) {
    return { answer: unauthorized }
  }
  if (!methods.includes(request.method)) {
    const known = await isAuthorized(runner, secret, parameters)
    return { answer: known ? methodNotAllowed(methods) : unauthorized }
  }
  const isGet = request.method === 'GET'
  let text: string | undefined
  let bytesIn = 0
  try {
    if (isGet) text = new URLSearchParams(request.query).get('q') ?? undefined
    else if (request.announcesBody) {
      const bytes = await request.body()
      bytesIn = bytes.length
      text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')
    }
  } catch (error) {
    if (!(error instanceof BodyTooLarge)) throw error
    return { answer: protocolError(413, 'request too large', 'Request entity is too large') }
  }
  const read = readQuery(text)
  if (read instanceof QueryError) {
    const known = await isAuthorized(runner, secret, parameters)
    return { answer: known ? queryErrorAnswer(read) : unauthorized, bytesIn }
  }
  const result = await runQuery(runner, {
    secret,
    literal: read.literal,
    parameters,
    limit: isGet
      ? { effect: 'read', where: 'get requests' }
      : { effect: 'write', where: 'post requests' },
    entropy: drawEntropy(),
    likelyWrites: !isGet && writeForms.test(text ?? ''),
  })
  return { ...result, bytesIn }
}

/** 244 random bits, from node's store of UUIDs: other randomness costs a system call for each request. */
const drawEntropy = () => Buffer.from(randomUUID() + randomUUID())

/** A guess from the text alone: it decides how the transaction starts, never what it may do. */
const writeForms =
  /"(?:create\w*|update|replace|delete|login|logout|insert|remove|new_id|next_id)"\s*:/

function readQuery(text: string | undefined): { readonly literal: Value } | QueryError {
  if (text === undefined) return invalidExpression('No query provided.', Position.root)
  try {
    return { literal: parseJson(text) }
  } catch (error) {
    if (!(error instanceof JsonError)) throw error
    return invalidExpression(error.message, Position.root)
  }
}

async function isAuthorized(
  runner: QueryRunner,
  secret: string,
  parameters: RequestParameters,
): Promise<boolean> {
  return (await authorizedDatabase(runner, secret, parameters)) !== undefined
}

async function authorizedDatabase(
  runner: QueryRunner,
  secret: string,
  parameters: RequestParameters,
): Promise<bigint | undefined> {
  const { value } = await runner.store.transact(
    (transaction) => {
      const { version } = parameters
      const { schemas } = runner
      const unit = new UnitOfWork({
        transaction,
        schemas,
        meter: newMeter(),
        version,
        entropy: new Uint8Array(),
      })
      return authenticate(unit, secret, runner.rootSecrets)?.database
    },
    { intent: 'read' },
  )
  return value
}

async function authorized(
  runner: QueryRunner,
  request: HttpRequest,
  parameters: RequestParameters,
): Promise<Answer> {
  const secret = secretOf(request.headers.authorization)
  const database = secret && (await authorizedDatabase(runner, secret, parameters))
  if (typeof database !== 'bigint') return unauthorized
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return methodNotAllowed(['GET', 'HEAD'])
  return { status: 200, body: `{"account":"0","global_id":"${globalId(database)}"}` }
}

const pingScopes = new Set(['all', 'write', 'read', 'node'])
const pingAliases: Record<string, string> = { global: 'write', local: 'read' }

/** Whether the server answers; any unknown scope is `node` (wire §1.4). */
function ping(request: HttpRequest): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return methodNotAllowed(['GET', 'HEAD'])
  const asked = new URLSearchParams(request.query).get('scope') ?? 'write'
  const named = pingAliases[asked] ?? asked
  const scope = pingScopes.has(named) ? named : 'node'
  return { status: 200, body: `{"resource":"Scope ${scope} is OK"}` }
}

function respond(
  outcome: Outcome,
  about: {
    readonly request: HttpRequest
    readonly parameters: RequestParameters
    readonly started: number
    readonly build: string
  },
): HttpResponse {
  const { answer, metrics } = outcome
  const { request, parameters, started, build } = about
  const body = parameters.prettyPrints ? pretty(answer.body) : answer.body
  const headers: Record<string, string> = {
    'content-type': contentType,
    'x-txn-time': String(outcome.txnTime ?? BigInt(Date.now()) * 1000n),
  }
  if (answer.hasMetrics !== false) {
    headers['x-compute-ops'] = String(metrics?.computeOps ?? 1)
    headers['x-byte-read-ops'] = String(metrics?.readOps ?? 0)
    headers['x-byte-write-ops'] = String(metrics?.writeOps ?? 0)
    headers['x-query-time'] = String(Math.ceil(performance.now() - started))
    headers['x-query-bytes-in'] = String(outcome.bytesIn ?? 0)
    headers['x-query-bytes-out'] = String(Buffer.byteLength(body))
    headers['x-storage-bytes-read'] = String(metrics?.bytesRead ?? 0)
    headers['x-storage-bytes-write'] = String(metrics?.bytesWritten ?? 0)
    headers['x-txn-retries'] = String(metrics?.retries ?? 0)
  }
  if (parameters.tags !== undefined) headers['x-fauna-tags'] = parameters.tags
  Object.assign(headers, answer.headers)
  const shared = withOrigin(request.headers.origin, headers)
  shared['x-faunadb-build'] = build
  shared.traceparent = traceparent(request.headers.traceparent)
  return { status: answer.status, headers: shared, body }
}

function withOrigin(
  origin: string | undefined,
  headers: Record<string, string>,
): Record<string, string> {
  return origin === undefined ? headers : { ...headers, ...corsHeaders(origin, headers) }
}

/** Indented, without reading numbers: their exact digits must stay. */
function pretty(json: string): string {
  let depth = 0
  return json.replace(/"(?:[^"\\]|\\.)*"|[{}[\],:]/g, (token) => {
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
