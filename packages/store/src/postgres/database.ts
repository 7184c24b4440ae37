/**
 * The way to the database: connections, and what a round trip on them is.
 *
 * Statements are prepared once a connection. What belongs to one round trip is sent at once, without
 * waiting for the answers in between (the protocol's pipelining).
 */
import pg from 'pg'
import { StoreError } from '../store.ts'
import { isDisconnection, isTimeout } from './failures.ts'

/** Where the database is, and how long to wait for it. */
export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database`, with `sslmode` and the like as libpq has them. */
  readonly url: string
  /** The most connections at once. Default 6. */
  readonly connectionsMax?: number
  /** How long to wait for a connection. Default 5 seconds. */
  readonly connectTimeoutMs?: number
  /** How long the server may work on a statement, waiting for others included. Default 15 seconds. */
  readonly statementTimeoutMs?: number
  /** After which time a connection that nobody uses is closed. Default 30 seconds. */
  readonly idleTimeoutMs?: number
}

/** A statement with its parameters; `name` if it is to be prepared. */
export interface Statement {
  readonly text: string
  readonly values?: readonly unknown[]
  readonly name?: string
}

/** A row, as the server gives it. */
export type Row = readonly unknown[]

/** What a transaction goes on with. */
export interface Step {
  readonly statements: readonly Statement[]
  /** Whether it is committed with them. */
  readonly isLast: boolean
}

/** What became of a transaction that was sent as a whole. */
export type Outcome =
  | { readonly kind: 'ended'; readonly results: readonly (readonly Row[])[] }
  /** The server undid it, for this reason. */
  | { readonly kind: 'undone'; readonly error: unknown }
  /** The connection ended before the answer came. */
  | { readonly kind: 'unknown'; readonly error: unknown }

/** How long after the server's own limit an answer may come, before the connection is given up. */
const lateMs = 2_000

/** How long a transaction may be held open between two round trips: it may hold the lock on all writers. */
const heldTransactionMsMax = 5_000

/** The shape in which times are read; the rest is as `pg` has it. */
const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (text: string) => unknown {
    if (oid === pg.types.builtins.INT8) return BigInt
    return pg.types.getTypeParser(oid, format)
  },
}

/**
 * The isolation that commits are written for: each statement sees what is committed when it begins, so that
 * what follows the lock sees what it waited for. A stronger one is as right, and conflicts more often.
 */
const begin: Statement = { text: 'BEGIN ISOLATION LEVEL READ COMMITTED' }

/** What all reads of a transaction see is of one moment. */
const beginSnapshot: Statement = { text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' }

/** Hints for PostgreSQL's planner, which has no statistics of a table that just grew. Others ignore them. */
const hints = ['enable_seqscan = off', 'enable_hashjoin = off', 'enable_mergejoin = off']
const planOnce = "plan_cache_mode = 'force_generic_plan'"

/** The connections of a store. */
export class Database {
  /** Host, port and database, for messages: never the password. */
  readonly where: string
  readonly connectionsMax: number
  /** How many times an answer was waited for. */
  roundTrips = 0
  readonly #pool: pg.Pool

  constructor(options: DatabaseOptions) {
    const statementTimeoutMs = options.statementTimeoutMs ?? 15_000
    this.where = placeOf(options.url)
    this.connectionsMax = options.connectionsMax ?? 6
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: this.connectionsMax,
      connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
      idleTimeoutMillis: options.idleTimeoutMs ?? 30_000,
      statement_timeout: statementTimeoutMs,
      query_timeout: statementTimeoutMs + lateMs,
      idle_in_transaction_session_timeout: heldTransactionMsMax,
      application_name: 'vivarium',
      keepAlive: true,
      pipeline: true,
      types,
    })
    // A connection that breaks tells whoever waits for its answers; it is replaced when it is needed. Without
    // listeners, the event would end the process.
    this.#pool.on('error', () => {})
    this.#pool.on('connect', (client) => {
      client.on('error', () => {})
      for (const hint of [...hints, planOnce]) client.query(`SET ${hint}`).catch(() => {})
    })
  }

  /** Runs a statement that changes nothing; a second time if a connection proves to be broken. */
  async read(statement: Statement): Promise<readonly Row[]> {
    try {
      return await this.run(statement)
    } catch (error) {
      if (!isDisconnection(error) || isTimeout(error)) throw error
      return this.run(statement)
    }
  }

  /** Runs a statement, in one round trip. */
  async run(statement: Statement): Promise<readonly Row[]> {
    this.roundTrips++
    return (await this.#pool.query(queryOf(statement))).rows
  }

  /** Runs a transaction in one round trip. */
  async transact(statements: readonly Statement[]): Promise<Outcome> {
    let client: pg.PoolClient
    try {
      client = await this.#pool.connect()
    } catch (error) {
      return { kind: 'undone', error }
    }
    this.roundTrips++
    return finish(client, [begin], statements)
  }

  /**
   * Begins a transaction with `first`, and goes on with what `next` makes of the rows of the last statement,
   * until it ends with what `next` says is the last: a round trip each.
   */
  async transactInSteps(
    first: readonly Statement[],
    next: (rows: readonly Row[]) => Step,
  ): Promise<Outcome> {
    let client: pg.PoolClient | undefined
    let step: Step = { statements: [begin, ...first], isLast: false }
    try {
      client = await this.#pool.connect()
      while (!step.isLast) {
        this.roundTrips++
        const results = await all(client, step.statements)
        step = next(results.at(-1) ?? [])
      }
    } catch (error) {
      // Nothing was written; the server undoes what is left when the connection ends.
      client?.release(true)
      return { kind: 'undone', error }
    }
    this.roundTrips++
    return finish(client, [], step.statements)
  }

  /** Reads any number of times from one moment, on a connection of its own. */
  async snapshot<T>(
    use: (read: (statement: Statement) => Promise<readonly Row[]>) => Promise<T>,
  ): Promise<T> {
    const client = await this.#pool.connect()
    let hasBegun = false
    try {
      const value = await use(async (statement) => {
        this.roundTrips++
        const results = await all(client, hasBegun ? [statement] : [beginSnapshot, statement])
        hasBegun = true
        return results.at(-1) ?? []
      })
      await client.query('COMMIT')
      client.release()
      return value
    } catch (error) {
      client.release(true)
      throw error
    }
  }

  /** A connection of one's own, for several statements that belong together. */
  async connect(): Promise<Connection> {
    const client = await this.#pool.connect()
    let isBroken = false
    return {
      run: async (statement) => {
        this.roundTrips++
        try {
          return (await client.query(queryOf(statement))).rows
        } catch (error) {
          isBroken ||= isDisconnection(error)
          throw error
        }
      },
      release: () => client.release(isBroken),
    }
  }

  close(): Promise<void> {
    return this.#pool.end()
  }
}

/** A connection that nobody else uses until it is released. */
export interface Connection {
  /** Runs a statement, in one round trip. */
  run(statement: Statement): Promise<readonly Row[]>
  release(): void
}

/** Sends statements and the end of their transaction, and says what became of it. */
async function finish(
  client: pg.PoolClient,
  first: readonly Statement[],
  statements: readonly Statement[],
): Promise<Outcome> {
  const pending = [...first, ...statements].map((statement) => client.query(queryOf(statement)))
  const end = client.query('COMMIT').then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  const settled = await Promise.allSettled(pending)
  const unanswered = await end
  const failure = settled.find((result) => result.status === 'rejected')
  const error = unanswered?.error ?? failure?.reason
  client.release(error !== undefined && isDisconnection(error))
  // Only an answer of the server says that it did not commit.
  if (unanswered !== undefined && isDisconnection(error)) return { kind: 'unknown', error }
  if (error !== undefined) return { kind: 'undone', error }
  const results = settled.map((one) => (one.status === 'fulfilled' ? one.value.rows : []))
  return { kind: 'ended', results: results.slice(first.length) }
}

async function all(
  client: pg.PoolClient,
  statements: readonly Statement[],
): Promise<readonly (readonly Row[])[]> {
  const results = await Promise.all(statements.map((one) => client.query(queryOf(one))))
  return results.map((result) => result.rows)
}

function queryOf({ text, values, name }: Statement): pg.QueryArrayConfig {
  return {
    text,
    rowMode: 'array',
    ...(values === undefined ? {} : { values: [...values] }),
    ...(name === undefined ? {} : { name }),
  }
}

function placeOf(url: string): string {
  if (!URL.canParse(url)) throw new StoreError('closed', 'The address of the store is not a URL.')
  const { hostname, port, pathname } = new URL(url)
  return `${hostname}${port === '' ? '' : `:${port}`}${pathname}`
}
