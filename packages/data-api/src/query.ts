import {
  type Context,
  count,
  DocumentValue,
  type Effect,
  evaluate,
  newMeter,
  parse,
  QueryError,
  RequestError,
  render,
  timedOut,
  type Value,
} from '@vivarium/fql'
import { type Committed, type Store, StoreError } from '@vivarium/store'
import type { RequestParameters } from './http/request-parameters.ts'
import type { Answer } from './http/responses.ts'
import { protocolError, queryErrorAnswer, unauthorized } from './http/responses.ts'
import { authenticate } from './model/authenticate.ts'
import { DatabaseView } from './model/database-view.ts'
import { type SchemaCache, UnitOfWork } from './model/unit-of-work.ts'

/** A query, read but not yet parsed. */
export interface Query {
  readonly secret: string
  readonly literal: Value
  readonly parameters: RequestParameters
  /** What the route allows: GET requests only read. */
  readonly limit: { readonly effect: Effect; readonly where: string }
  /** Random bytes drawn for this request alone. */
  readonly entropy: Uint8Array
  /** Whether the query is likely to write: spares it the attempt on a snapshot. */
  readonly likelyWrites: boolean
}

/** What the headers of an answer say of a query (wire §3.2). */
export interface QueryMetrics {
  readonly computeOps: number
  readonly readOps: number
  readonly writeOps: number
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly retries: number
}

/** An answer, when it holds, and what it cost. */
export interface QueryResult {
  readonly answer: Answer
  /** Snapshot or commit time in microseconds; absent where no transaction began. */
  readonly txnTime: bigint | undefined
  readonly metrics: QueryMetrics
}

/** What runs queries: a store, the secrets that open its root, and what is kept between queries. */
export interface QueryRunner {
  readonly store: Store
  readonly rootSecrets: readonly string[]
  readonly schemas: SchemaCache
  /** Random bytes for one request. */
  readonly entropy: () => Uint8Array
}

/** Bytes of a write operation (wire §3.2), and of a read one. */
const bytesPerWriteOp = 1024
const opsPerComputeOp = 50

/** Runs a query: authenticates, parses, evaluates and renders in one transaction. */
export async function runQuery(runner: QueryRunner, query: Query): Promise<QueryResult> {
  const deadline = performance.now() + query.parameters.queryTimeoutMs
  const usage: { unit: UnitOfWork | undefined } = { unit: undefined }
  try {
    const committed = await runner.store.transact(
      (transaction) => {
        const meter = newMeter(() => {
          if (performance.now() > deadline) throw timedOut()
        })
        const unit = new UnitOfWork({
          transaction,
          schemas: runner.schemas,
          meter,
          version: query.parameters.version,
          entropy: query.entropy,
        })
        usage.unit = unit
        const caller = authenticate(unit, query.secret, runner.rootSecrets)
        if (caller === undefined) return unauthorized
        return evaluateQuery(new DatabaseView(unit, caller), query)
      },
      {
        intent: query.likelyWrites ? 'write' : 'unknown',
        ...(query.parameters.lastSeenTxn === undefined
          ? {}
          : { notBefore: query.parameters.lastSeenTxn }),
        ...(query.parameters.retries === undefined ? {} : { retries: query.parameters.retries }),
      },
    )
    return succeeded(committed, usage.unit)
  } catch (error) {
    return failed(error, usage.unit)
  }
}

function evaluateQuery(documents: DatabaseView, query: Query): Answer {
  const { version } = query.parameters
  const expression = parse(query.literal, { version, names: documents })
  const context: Context = {
    documents,
    version,
    at: undefined,
    limit: query.limit,
    meter: documents.unit.meter,
  }
  count(context.meter)
  const value = evaluate(expression, undefined, context)
  const describe = documents.describe.bind(documents)
  const body = `{"resource":${render(value, { describe, version })}}`
  return { status: value instanceof DocumentValue && value.isNew ? 201 : 200, body }
}

function succeeded(committed: Committed<Answer>, unit: UnitOfWork | undefined): QueryResult {
  const computed = unit?.meter.computeOps ?? 0
  return {
    answer: committed.value,
    txnTime: committed.timestamp,
    metrics: {
      // The first operation counted is the query itself.
      computeOps: Math.max(1, Math.ceil((computed - 1) / opsPerComputeOp)),
      readOps: unit?.readOps ?? 0,
      writeOps: Math.ceil(committed.bytesWritten / bytesPerWriteOp),
      bytesRead: unit?.transaction.bytesRead ?? 0,
      bytesWritten: committed.bytesWritten,
      retries: committed.conflicts,
    },
  }
}

const nothing: QueryMetrics = {
  computeOps: 1,
  readOps: 0,
  writeOps: 0,
  bytesRead: 0,
  bytesWritten: 0,
  retries: 0,
}

function failed(error: unknown, unit: UnitOfWork | undefined): QueryResult {
  const metrics = { ...nothing, bytesRead: unit?.transaction.bytesRead ?? 0 }
  return { answer: errorAnswer(error), txnTime: unit?.transaction.timestamp, metrics }
}

/** The answer to what a query threw; what is no answer is thrown on. */
function errorAnswer(error: unknown): Answer {
  if (error instanceof QueryError) return queryErrorAnswer(error)
  if (error instanceof RequestError) return protocolError(error.status, error.code, error.message)
  if (error instanceof StoreError) return storeErrorAnswer(error)
  // Deep recursion that the limits on nesting and calls did not catch first.
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    return protocolError(400, 'bad request', 'Query is nested too deeply.')
  }
  throw error
}

function storeErrorAnswer(error: StoreError): Answer {
  switch (error.code) {
    case 'conflict':
      return protocolError(
        409,
        'contended transaction',
        'Transaction was aborted due to detection of concurrent modification.',
      )
    case 'future': {
      const micros = /\d+/.exec(error.message)?.[0] ?? ''
      return protocolError(
        400,
        'bad request',
        `Cannot read at ${micros}, it is too far in the future.`,
      )
    }
    case 'key-too-long':
      return protocolError(400, 'bad request', 'Key bytes exceeds threshold (64000)')
    default:
      return protocolError(503, 'time out', 'Read timed out.')
  }
}
