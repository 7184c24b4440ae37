import { type Store, StoreError, type Transaction, type TransactOptions } from '@vivarium/store'

/** What went through a store so far. */
export interface StoreTally {
  readonly outcomes: Map<string, number>
  restarts: number
  conflicts: number
  bytesWritten: number
  underWay: number
  /** How often the database was waited for; absent for a store in this process. */
  readonly roundTrips: (() => number) | undefined
}

/** The same store, and what goes through it: a few additions a transaction. */
export function observeStore(store: Store): { readonly store: Store; readonly tally: StoreTally } {
  const tally: StoreTally = {
    outcomes: new Map(),
    restarts: 0,
    conflicts: 0,
    bytesWritten: 0,
    underWay: 0,
    roundTrips: roundTripsOf(store),
  }
  const count = (outcome: string) =>
    tally.outcomes.set(outcome, (tally.outcomes.get(outcome) ?? 0) + 1)
  const transact = async <T>(body: (transaction: Transaction) => T, options?: TransactOptions) => {
    let runs = 0
    tally.underWay++
    try {
      const committed = await store.transact((transaction) => {
        runs++
        return body(transaction)
      }, options)
      count(committed.wrote ? 'wrote' : 'read')
      tally.conflicts += committed.conflicts
      tally.bytesWritten += committed.bytesWritten
      return committed
    } catch (error) {
      count(error instanceof StoreError ? error.code : 'undone')
      throw error
    } finally {
      tally.underWay--
      if (runs > 1) tally.restarts += runs - 1
    }
  }
  const observed: Store = {
    kind: store.kind,
    transact,
    snapshot: () => store.snapshot(),
    sizeBytes: () => store.sizeBytes(),
    close: () => store.close(),
  }
  return { store: observed, tally }
}

function roundTripsOf(store: Store): (() => number) | undefined {
  if (store.kind !== 'postgres') return undefined
  return () =>
    'roundTrips' in store && typeof store.roundTrips === 'number' ? store.roundTrips : 0
}
