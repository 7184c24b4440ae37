/**
 * What a process counts about itself, for Prometheus.
 *
 * Labels have few values each, and none that a client chooses: an operation that is not known is `other`.
 * A request costs one observation; everything else is a number that is read when somebody asks.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ServerName } from '../command/settings.ts'
import type { StoreTally } from './observed-store.ts'

/** What is told of a request that was answered. */
export interface AnsweredRequest {
  readonly server: ServerName
  readonly operation: string
  readonly status: number
  readonly seconds: number
}

/** The metrics of a process. */
export interface Metrics {
  observe(request: AnsweredRequest): void
  /** Counts a request that came (1) or was answered (-1). */
  underWay(server: ServerName, change: 1 | -1): void
  /** Watches a store. */
  watchStore(tally: StoreTally, sizeBytes: () => Promise<number | undefined>): void
  /** Adds a number that is asked for when somebody looks; the sum over all workers is shown. */
  watch(name: string, help: string, read: () => number): void
  readonly registry: Registry
}

/** From a tenth of a millisecond, in which a point read is answered, to the longest sign-in. */
const secondsBuckets = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
  10,
]

/** Makes the metrics of this process; nothing is counted twice. */
export function createMetrics(): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'vivarium_request_duration_seconds',
    help: 'From the head of a request to the head of its answer.',
    labelNames: ['server', 'operation', 'status'],
    buckets: secondsBuckets,
    registers,
  })
  const underWay = new Map<ServerName, number>()
  new Gauge({
    name: 'vivarium_requests_under_way',
    help: 'Requests that are not answered yet.',
    labelNames: ['server'],
    registers,
    collect() {
      for (const [server, count] of underWay) this.set({ server }, count)
    },
  })
  return {
    registry,
    observe: ({ server, operation, status, seconds }) =>
      requests.observe({ server, operation, status }, seconds),
    underWay(server, change) {
      underWay.set(server, (underWay.get(server) ?? 0) + change)
    },
    watch(name, help, read) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    },
    watchStore: (tally, sizeBytes) => watchStore(tally, sizeBytes, registers),
  }
}

function watchStore(
  tally: StoreTally,
  sizeBytes: () => Promise<number | undefined>,
  registers: Registry[],
): void {
  const counter = (name: string, help: string, read: () => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(read())
      },
    })
  new Counter({
    name: 'vivarium_store_transactions_total',
    help: 'Transactions that ended, by what became of them: read, wrote, or the code of the failure.',
    labelNames: ['outcome'],
    registers,
    collect() {
      this.reset()
      for (const [outcome, count] of tally.outcomes) this.inc({ outcome }, count)
    },
  })
  counter(
    'vivarium_store_restarts_total',
    'Runs of a transaction after its first: for a read that had to be loaded, to write, or for a conflict.',
    () => tally.restarts,
  )
  counter(
    'vivarium_store_conflicts_total',
    'Runs of transactions that lost to another transaction.',
    () => tally.conflicts,
  )
  counter(
    'vivarium_store_written_bytes_total',
    'Keys and values that were committed.',
    () => tally.bytesWritten,
  )
  if (tally.roundTrips !== undefined) {
    counter(
      'vivarium_store_round_trips_total',
      'Answers of the database that were waited for.',
      tally.roundTrips,
    )
  }
  new Gauge({
    name: 'vivarium_store_transactions_under_way',
    help: 'Transactions that have begun, or wait for their turn.',
    registers,
    collect() {
      this.set(tally.underWay)
    },
  })
  new Gauge({
    name: 'vivarium_store_size_bytes',
    help: 'The room that the store takes where it is kept.',
    registers,
    // All workers see the same store.
    aggregator: 'max',
    async collect() {
      const bytes = await sizeBytes().catch(() => undefined)
      if (bytes === undefined) this.reset()
      else this.set(bytes)
    },
  })
}
