/** The data API as an HTTP handler: routes, and the order of checks (wire §1.2). */
import { randomBytes } from 'node:crypto'
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
import { Foresight } from './foresight.ts'
import { secretOf } from './http/authorization-header.ts'
import { preflightHeaders } from './http/cors.ts'
import { createPing } from './http/ping.ts'
import {
  InvalidHeader,
  type RequestParameters,
  requestParameters,
} from './http/request-parameters.ts'
import { type Outcome, respond, respondRefused } from './http/respond.ts'
import {
  methodNotAllowed,
  notFound,
  protocolError,
  queryErrorAnswer,
  unauthorized,
} from './http/responses.ts'
import { createKeySets } from './jwt/key-sets.ts'
import { createProver } from './jwt/prover.ts'
import { authenticate } from './model/authenticate.ts'
import { globalId } from './model/global-id.ts'
import { Unproven } from './model/proofs.ts'
import { UnitOfWork } from './model/unit-of-work.ts'
import { type Query, type QueryRunner, resource, runQuery } from './query.ts'
import { createLocalFeed } from './streams/change-feed.ts'
import { type StreamLimits, streamLimitsDefault } from './streams/limits.ts'
import { openStream } from './streams/open-stream.ts'
import { streamFields } from './streams/stream-fields.ts'
import { Streams } from './streams/streams.ts'

/** Largest request body, in bytes (wire §9). */
export const bodyBytesMax = 8 * 1024 * 1024

/** How long a query may take, in milliseconds, unless the operator says otherwise. */
export const queryTimeoutMsMaxDefault = 10_000

/** What a data API is made over. */
export interface DataApiOptions {
  readonly store: Store
  /** Secrets that act as admin on the root database. */
  readonly rootSecrets: readonly string[]
  /** The value of `x-faunadb-build`. */
  readonly build?: string
  /**
   * The clock, in microseconds since the Unix epoch, for what happens without a transaction: answers, and the
   * age of issuers' keys. Default: the machine's.
   */
  readonly now?: () => bigint
  /**
   * Draws the randomness of one request that makes secrets or salts: 244 random bits or more.
   * Default: the machine's.
   */
  readonly entropy?: () => Uint8Array
  /**
   * What the audiences of databases begin with, as access providers show them and tokens name them. Choose it
   * before the first provider: one shows what it was written under. Default: Fauna's, `audiencePrefixDefault`.
   */
  readonly audiencePrefix?: string
  /**
   * The longest that a query may take, in milliseconds, whatever time its caller allows it: a query holds the
   * one thread that evaluates. Default: `queryTimeoutMsMaxDefault`.
   */
  readonly queryTimeoutMsMax?: number
  /** Whether the server is about to stop: then pings say so. Default: never. */
  readonly isDraining?: () => boolean
  /** Default: `streamLimitsDefault`. */
  readonly streamLimits?: Partial<StreamLimits>
}

/** A data API: the handler of its requests, which may hold streams open. */
export interface DataApi {
  (...request: Parameters<HttpHandler>): ReturnType<HttpHandler>
  /** How many streams are open. */
  readonly openStreams: number
  /** Ends the open streams, and opens no more: to be called before its listener drains. */
  close(): Promise<void>
}

/** Makes the handler of the data API over a store. */
export function createDataApi(options: DataApiOptions): DataApi {
  const { build = 'vivarium', now = clockMicros } = options
  const timeoutMsMax = options.queryTimeoutMsMax ?? queryTimeoutMsMaxDefault
  const runner: QueryRunner = {
    store: options.store,
    rootSecrets: options.rootSecrets,
    audiencePrefix: options.audiencePrefix,
    schemas: new Map(),
    entropy: options.entropy ?? drawEntropy,
    prover: createProver(createKeySets(now)),
    feed: createLocalFeed(),
    foresight: new Foresight(),
  }
  const limits = { ...streamLimitsDefault, ...options.streamLimits }
  const streams = new Streams({ ...runner, limits })
  const ping = createPing({
    store: options.store,
    isDraining: options.isDraining ?? (() => false),
  })
  const handler: HttpHandler = async (request) => {
    const startedMs = performance.now()
    const { origin } = request.headers
    if (request.method === 'OPTIONS' && origin !== undefined) {
      return { status: 200, headers: preflightHeaders(origin) }
    }
    const read = readParameters(request, timeoutMsMax)
    const parameters = read instanceof InvalidHeader ? undefined : read
    const context = () => ({ request, parameters, startedMs, now: now(), build })
    if (read instanceof InvalidHeader) {
      const answer = protocolError(400, 'bad request', read.message)
      return read.isOrdinary ? respond({ answer }, context()) : respondRefused(answer, context())
    }
    const outcome = await route({ runner, streams, ping }, request, read)
    return respond(outcome, context())
  }
  const dataApi = Object.assign(handler, { openStreams: 0, close: () => streams.close() })
  return Object.defineProperty(dataApi, 'openStreams', { get: () => streams.count })
}

function readParameters(
  { headers }: HttpRequest,
  timeoutMsMax: number,
): RequestParameters | InvalidHeader {
  try {
    return requestParameters(headers, timeoutMsMax)
  } catch (error) {
    if (error instanceof InvalidHeader) return error
    throw error
  }
}

const clockMicros = () => BigInt(Date.now()) * 1000n

/** What requests are handed to. */
interface Parts {
  readonly runner: QueryRunner
  readonly streams: Streams
  readonly ping: ReturnType<typeof createPing>
}

function route(
  { runner, streams, ping }: Parts,
  request: HttpRequest,
  parameters: RequestParameters,
): Outcome | Promise<Outcome> {
  switch (request.path) {
    case '':
    case '/':
      return query(runner, request, parameters, { methods: ['GET', 'POST'] })
    case '/linearized':
      return query(runner, request, parameters, { methods: ['POST'] })
    case '/stream': {
      const fields = streamFields(request.query)
      return query(
        runner,
        request,
        parameters,
        fields instanceof QueryError
          ? { methods: ['POST'], refusal: fields }
          : { methods: ['POST'], run: (asked) => openStream(streams, runner, asked, fields) },
      )
    }
    case '/ping':
      return ping(request).then((answer) => ({ answer }))
    case '/authorized':
      return authorized(runner, request, parameters)
    default:
      return { answer: notFound }
  }
}

/** A path that takes expressions. */
interface QueryRoute {
  readonly methods: readonly string[]
  /** What is wrong with the request besides its body. */
  readonly refusal?: QueryError
  /** What becomes of the query, which only reads. Default: it is answered, and may write. */
  readonly run?: (query: Query) => Promise<Outcome>
}

async function query(
  runner: QueryRunner,
  request: HttpRequest,
  parameters: RequestParameters,
  { methods, refusal, run }: QueryRoute,
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
  const read = refusal ?? readQuery(text)
  if (read instanceof QueryError) {
    const known = await isAuthorized(runner, secret, parameters)
    return { answer: known ? queryErrorAnswer(read, parameters.version) : unauthorized, bytesIn }
  }
  const limit = run !== undefined ? streamsOnly : isGet ? readsOnly : readsAndWrites
  const asked: Query = {
    secret,
    literal: read.literal,
    parameters,
    limit,
    entropy: drawnOnce(runner.entropy),
    likelyWrites: limit.effect === 'write' && writeForms.test(text ?? ''),
  }
  if (run !== undefined) return { ...(await run(asked)), bytesIn }
  const { answer, txnTime, metrics } = await runQuery(runner, asked, resource)
  return { answer, txnTime, metrics, bytesIn }
}

const streamsOnly = { effect: 'read', where: 'stream requests' } as const
const readsOnly = { effect: 'read', where: 'get requests' } as const
const readsAndWrites = { effect: 'write', where: 'post requests' } as const

/** 256 random bits. */
const drawEntropy = () => randomBytes(32)

/** A query that is run again gets the same. */
function drawnOnce(draw: () => Uint8Array): () => Uint8Array {
  let drawn: Uint8Array | undefined
  return () => {
    drawn ??= draw()
    return drawn
  }
}

/** A guess from the text alone: it decides how the transaction starts, never what it may do. */
const writeForms =
  /"(?:create\w*|update|replace|delete|login|logout|insert|remove|new_id|next_id|move_database)"\s*:/

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
  const { version } = parameters
  const { schemas, rootSecrets, store, audiencePrefix } = runner
  const proofs = runner.prover.begin(secret)
  for (;;) {
    try {
      const { value } = await store.transact(
        (transaction) => {
          const once = { meter: newMeter(), entropy: drawEntropy, audiencePrefix }
          const unit = new UnitOfWork({ transaction, schemas, version, proofs, ...once })
          const authenticated = authenticate(unit, secret, rootSecrets)
          const database = authenticated?.isLive() ? authenticated.caller.database : undefined
          return { unit, database }
        },
        { intent: 'read' },
      )
      value.unit.keepSchemas()
      return value.database
    } catch (error) {
      if (!(error instanceof Unproven)) throw error
      const refusal = await proofs.prove(error)
      if (refusal !== undefined) throw refusal
    }
  }
}

async function authorized(
  runner: QueryRunner,
  request: HttpRequest,
  parameters: RequestParameters,
): Promise<Outcome> {
  const secret = secretOf(request.headers.authorization)
  const database = secret && (await authorizedDatabase(runner, secret, parameters))
  if (typeof database !== 'bigint') return { answer: unauthorized }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { answer: methodNotAllowed(['GET', 'HEAD']) }
  }
  const body = `{"account":"0","global_id":"${globalId(database)}"}`
  return { answer: { status: 200, body } }
}
