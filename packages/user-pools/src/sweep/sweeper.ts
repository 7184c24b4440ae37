/**
 * What runs in the background: clearing away what deletions left, soon; forgetting what has had its time,
 * now and then. Nothing depends on it but the room on the disk.
 *
 * Of several processes over one store, one sweeps: whoever finds that the time has come writes down when
 * it comes next.
 */
import { StoreError, type Transaction } from '@vivarium/store'
import type { Environment } from '../environment.ts'
import { readDocument, writeDocument } from '../model/documents.ts'
import { sweepKey } from '../model/keys.ts'
import { clearGroups } from './clear-groups.ts'
import { clearPools } from './clear-pools.ts'
import { expire } from './expire.ts'
import type { Task } from './task.ts'

/** How often what has had its time is looked for, in milliseconds. */
export const sweepIntervalMs = 10 * 60 * 1000

/** @see createSweeper */
export interface Sweeper {
  /** Clears away what deletions left, when what runs at present is done. */
  leftovers(): void
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  /** Stops after the transaction under way. */
  close(): Promise<void>
}

/** What a sweep needs of the environment. */
export type SweepEnvironment = Pick<
  Environment,
  'store' | 'nowMs' | 'nowSeconds' | 'sessionsEnded' | 'onEvent'
>

/** Starts sweeping, first what an earlier process may have left. */
export function createSweeper(environment: SweepEnvironment): Sweeper {
  let isClosed = false
  let isAsked = false
  let running: Promise<void> | undefined

  const task: Task = {
    store: environment.store,
    nowSeconds: environment.nowSeconds,
    sessionsEnded: environment.sessionsEnded,
    isStopped: () => isClosed,
  }
  const work = async (): Promise<void> => {
    while (isAsked && !isClosed) {
      isAsked = false
      await clearGroups(task)
      await clearPools(task)
      if (await takesTurn(environment)) await expire(task)
    }
  }
  const start = (): void => {
    isAsked = true
    running ??= work()
      .catch((error: unknown) => report(environment, error))
      .finally(() => {
        running = undefined
        if (isAsked && !isClosed) start()
      })
  }
  const timer = setInterval(start, sweepIntervalMs)
  // Sweeping keeps no process alive.
  timer.unref()
  start()
  return {
    leftovers: start,
    idle: async () => running,
    async close() {
      isClosed = true
      clearInterval(timer)
      await running
    },
  }
}

/** Whether the time to look for what has ended has come, and nobody else does. */
async function takesTurn({ store, nowMs }: SweepEnvironment): Promise<boolean> {
  const now = nowMs()
  const { value } = await store.transact((transaction: Transaction) => {
    const due = readDocument<{ readonly atMs: number }>(transaction, sweepKey())?.atMs ?? 0
    if (now < due) return false
    writeDocument(transaction, sweepKey(), { atMs: now + sweepIntervalMs })
    return true
  })
  return value
}

function report({ onEvent }: SweepEnvironment, error: unknown): void {
  if (error instanceof StoreError) {
    onEvent({ kind: 'store-failed', operation: 'sweep', code: error.code })
  } else {
    onEvent({ kind: 'bug', operation: 'sweep', error })
  }
}
