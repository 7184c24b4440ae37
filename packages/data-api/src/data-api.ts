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
import { BodyTooLarge, type HttpHandler, type HttpRequest } from '@vivarium/http'
import type { Store } from '@vivarium/store'
import { secretOf } from './http/authorization-header.ts'
import { preflightHeaders } from './http/cors.ts'
import {
  InvalidHeader,
  type RequestParameters,
  requestParameters,
} from './http/request-parameters.ts'
import { type Outcome, respond, respondRefused } from './http/respond.ts'
import {
  type Answer,
  methodNotAllowed,
  notFound,
  protocolError,
  queryErrorAnswer,
  unauthorized,
} from './http/responses.ts'
import { authenticate } from './model/authenticate.ts'
import { globalId } from './model/global-id.ts'
import { UnitOfWork } from './model/unit-of-work.ts'
import { type QueryRunner, runQuery } from './query.ts'

/** Largest request body, in bytes (wire §9). */
export const bodyBytesMax = 8 * 1024 * 1024

export interface DataApiOptions {
  readonly store: Store
  /** Secrets that act as admin on the root database. */
  readonly rootSecrets: readonly string[]
  /** The value of `x-faunadb-build`. */
  readonly build?: string
  /** The clock, in microseconds since the Unix epoch, for answers without a transaction. Default: the machine's. */
  readonly now?: () => bigint
  /**
   * Draws the randomness of one request, from which its secrets and salts are made: 244 random bits or more.
   * Default: the machine's.
   */
  readonly entropy?: () => Uint8Array
}

/** Makes the handler of the data API over a store. */
export function createDataApi(options: DataApiOptions): HttpHandler {
  const runner: QueryRunner = {
    store: options.store,
    rootSecrets: options.rootSecrets,
    schemas: new Map(),
    entropy: options.entropy ?? drawEntropy,
  }
  const { build = 'vivarium', now = clockMicros } = options
  return async (request) => {
    const startedMs = performance.now()
    const { origin } = request.headers
    if (request.method === 'OPTIONS' && origin !== undefined) {
      return { status: 200, headers: preflightHeaders(origin) }
    }
    const read = readParameters(request)
    const parameters = read instanceof InvalidHeader ? undefined : read
    const context = () => ({ request, parameters, startedMs, now: now(), build })
    if (read instanceof InvalidHeader) {
      const answer = protocolError(400, 'bad request', read.message)
      return read.isOrdinary ? respond({ answer }, context()) : respondRefused(answer, context())
    }
    const outcome = await route(runner, request, read)
    return respond(outcome, context())
  }
}

function readParameters({ headers }: HttpRequest): RequestParameters | InvalidHeader {
  try {
    return requestParameters(headers)
  } catch (error) {
    if (error instanceof InvalidHeader) return error
    throw error
  }
}

const clockMicros = () => BigInt(Date.now()) * 1000n

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
    entropy: runner.entropy(),
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
