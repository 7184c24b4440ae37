import {
  type ApiVersion,
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
import { type Committed, type Store, StoreError, type Transaction } from '@vivarium/store'
import type { Foresight } from './foresight.ts'
import type { RequestParameters } from './http/request-parameters.ts'
import type { Answer } from './http/responses.ts'
import { protocolError, queryErrorAnswer, unauthorized } from './http/responses.ts'
import type { Prover } from './jwt/prover.ts'
import { type Authenticated, authenticate } from './model/authenticate.ts'
import { ChangeLog } from './model/changes.ts'
import { DatabaseView } from './model/database-view.ts'
import { type Proofs, Unproven } from './model/proofs.ts'
import { type SchemaCache, UnitOfWork } from './model/unit-of-work.ts'
import type { ChangeFeed } from './streams/change-feed.ts'

/** A query, read but not yet parsed. */
export interface Query {
  readonly secret: string
  readonly literal: Value
  readonly parameters: RequestParameters
  /** What the route allows: GET requests only read. */
  readonly limit: { readonly effect: Effect; readonly where: string }
  /** Gives the random bytes of this request alone, which are drawn when they are first wanted. */
  readonly entropy: () => Uint8Array
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
export interface QueryResult<A extends Answer = Answer> {
  readonly answer: A
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
  /** What the audiences of databases begin with. Default: `audiencePrefixDefault`. */
  readonly audiencePrefix?: string | undefined
  /** Finds out who signed the tokens that queries meet. */
  readonly prover: Prover
  /** Where what is committed is told. */
  readonly feed: ChangeFeed
  /** What spares queries waiting for a store across a network. */
  readonly foresight: Foresight
}

/** What is made of the value of a query, in its transaction. */
export type AnswerWith<A extends Answer> = (documents: DatabaseView, value: Value) => A

const opsPerComputeOp = 50

/** Runs a query: authenticates, parses, evaluates and answers in one transaction. */
export async function runQuery<A extends Answer>(
  runner: QueryRunner,
  query: Query,
  answerWith: AnswerWith<A>,
): Promise<QueryResult<A | Answer>> {
  const { lastSeenTxn, queryTimeoutMs, retries } = query.parameters
  const deadline = performance.now() + queryTimeoutMs
  const proofs = runner.prover.begin(query.secret)
  let hasWaited = false
  for (;;) {
    let unit: UnitOfWork | undefined
    try {
      const committed = await runner.store.transact(
        (transaction) => {
          let answer: A | Answer | undefined
          transaction.all(2, (i) => {
            if (i === 0) {
              unit = unitOf(runner, query, { transaction, proofs, deadline })
              const authenticated = authenticate(unit, query.secret, runner.rootSecrets)
              if (hasWaited) runner.foresight.note(query.secret, authenticated?.caller)
              answer = authenticated
                ? answerFor(unit, authenticated, query, answerWith)
                : unauthorized
            } else if (answer === undefined && !hasWaited) {
              hasWaited = true
              foresee(runner, query, { transaction, proofs, deadline }, answerWith)
            }
          })
          return answer ?? unauthorized
        },
        {
          intent: query.likelyWrites ? 'write' : 'unknown',
          notBefore: lastSeenTxn,
          retries,
        },
      )
      unit?.keepSchemas()
      publish(runner.feed, committed, unit)
      return succeeded(committed, unit)
    } catch (error) {
      if (!(error instanceof Unproven)) return failed(error, query, unit)
      const refusal = await proofs.prove(error)
      if (refusal !== undefined) return failed(refusal, query, undefined)
    }
  }
}

/** What one run of a query is run in. */
interface RunOfQuery {
  readonly transaction: Transaction
  readonly proofs: Proofs
  /** On the clock of `performance`. */
  readonly deadline: number
}

/** Evaluates a query as if it were known who asks, for what it reads. No randomness is drawn for it. */
function foresee<A extends Answer>(
  runner: QueryRunner,
  query: Query,
  run: RunOfQuery,
  answerWith: AnswerWith<A>,
): void {
  const presumed = unitOf(runner, { ...query, entropy: () => new Uint8Array(64) }, run, true)
  runner.foresight.read(presumed, query.secret, (caller) => {
    const documents = new DatabaseView(presumed, caller)
    answerWith(documents, evaluateQuery(documents, query))
  })
}

function unitOf(
  { schemas, feed, audiencePrefix }: QueryRunner,
  { parameters, entropy }: Query,
  run: RunOfQuery,
  presumesSchemas = false,
): UnitOfWork {
  const meter = newMeter(() => {
    if (performance.now() > run.deadline) throw timedOut()
  })
  const { transaction, proofs } = run
  const { version } = parameters
  const changes = new ChangeLog(feed.isWatched)
  return new UnitOfWork({
    transaction,
    schemas,
    presumesSchemas,
    meter,
    version,
    entropy,
    changes,
    proofs,
    audiencePrefix,
  })
}

/**
 * Evaluates a query beside asking whether its caller's document exists, so that a remote store fetches for
 * both at once. As long as that is not known, the evaluation only finds out what there is to read.
 */
function answerFor<A extends Answer>(
  unit: UnitOfWork,
  { caller, isLive }: Authenticated,
  query: Query,
  answerWith: AnswerWith<A>,
): A | Answer {
  const { transaction } = unit
  let isCurrent: boolean | undefined
  let answer: A | Answer = unauthorized
  // Finding out who asks is no part of what the query costs.
  transaction.bytesRead = 0
  transaction.all(2, (i) => {
    if (i === 0) {
      isCurrent = isLive()
      transaction.bytesRead = 0
    } else if (isCurrent !== false) {
      const documents = new DatabaseView(unit, caller)
      answer = answerWith(documents, evaluateQuery(documents, query))
    }
  })
  return answer
}

function evaluateQuery(documents: DatabaseView, query: Query): Value {
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
  return evaluate(expression, undefined, context)
}

/** The value itself, as JSON. */
export const resource: AnswerWith<Answer> = (documents, value) => {
  const describe = documents.describe.bind(documents)
  const body = `{"resource":${render(value, { describe, version: documents.unit.version })}}`
  return { status: value instanceof DocumentValue && value.isNew ? 201 : 200, body }
}

/** Tells what a transaction has changed; `unit` is that of the run that counted, which is the last. */
function publish(
  feed: ChangeFeed,
  { wrote, timestamp }: Committed<unknown>,
  unit: UnitOfWork | undefined,
): void {
  const changes = wrote ? unit?.changes?.changes : undefined
  if (changes !== undefined && changes.length > 0) feed.publish({ timestamp, changes })
}

function succeeded<A extends Answer>(
  committed: Committed<A>,
  unit: UnitOfWork | undefined,
): QueryResult<A> {
  return {
    answer: committed.value,
    txnTime: committed.timestamp,
    metrics: metricsOf(unit, committed.conflicts, true),
  }
}

/** What a query has used; nothing is written by one that is undone. */
function metricsOf(
  unit: UnitOfWork | undefined,
  retries: number,
  isCommitted: boolean,
): QueryMetrics {
  if (unit === undefined) return nothing
  const { meter, transaction } = unit
  return {
    // The first operation counted is the query itself.
    computeOps: Math.max(1, Math.ceil((meter.computeOps - 1) / opsPerComputeOp)),
    readOps: transaction.readOps,
    writeOps: isCommitted ? transaction.writeOps : 0,
    bytesRead: transaction.bytesRead,
    bytesWritten: isCommitted ? transaction.bytesWritten : 0,
    retries,
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

function failed(error: unknown, { parameters }: Query, unit: UnitOfWork | undefined): QueryResult {
  // A query that ends itself has done its work; of any other failure nothing is charged (wire §3.2).
  const isAborted =
    error instanceof QueryError && error.details.some(({ code }) => code === 'transaction aborted')
  const metrics = isAborted ? metricsOf(unit, 0, false) : nothing
  return {
    answer: errorAnswer(error, parameters.version),
    txnTime: unit?.transaction.timestamp,
    metrics,
  }
}

/** The answer to what a query threw; what is no answer is thrown on. */
function errorAnswer(error: unknown, version: ApiVersion): Answer {
  if (error instanceof QueryError) return queryErrorAnswer(error, version)
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
