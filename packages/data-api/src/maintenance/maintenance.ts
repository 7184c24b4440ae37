/**
 * What a data API does between requests: it builds large indexes, and collects what nobody can reach any
 * more. Every step is one bounded transaction; how far it is stands in the store, so that any process goes
 * on where another one stopped, and two that do the same do no harm.
 */
import { newMeter, RequestError } from '@vivarium/fql'
import { type Store, StoreError } from '@vivarium/store'
import { continueBuild } from '../model/index-build.ts'
import { allBuilds, allKeys, indexInBuildKey } from '../model/keys.ts'
import { isAlive } from '../model/root-database.ts'
import { type SchemaCache, UnitOfWork } from '../model/unit-of-work.ts'
import { adminOf, sweep, sweptUntil } from './sweep.ts'

/** What one step did: `idle` when it came to the last key and removed nothing, and no index is to be built. */
export type StepResult = 'built' | 'swept' | 'removed' | 'idle'

/** Maintenance, step by step. */
export interface Maintenance {
  /** Does one step. @throws StoreError */
  step(): Promise<StepResult>
  /** Does one step of a build, if an index is to be built; else it costs one read. @throws StoreError */
  build(): Promise<boolean>
}

/** How much one step does. */
export interface MaintenanceLimits {
  /** Keys that a step looks at. Default 1,000. */
  readonly keysPerStep?: number
  /** Versions that a step of an index's build goes through. Default 500. */
  readonly versionsPerStep?: number
}

/** Most bytes that a step of a build writes, give or take one document. */
const buildBytesMax = 2 * 1024 * 1024

/** Steps after which progress is noted though nothing was removed. */
const stepsPerNote = 64

/** Prepares maintenance over a store; nothing happens until `step` is called. */
export function createMaintenance(store: Store, limits: MaintenanceLimits = {}): Maintenance {
  const { keysPerStep = 1000, versionsPerStep = 500 } = limits
  const schemas: SchemaCache = new Map()
  let position: Uint8Array | undefined
  let steps = 0
  const run = async <T>(body: (unit: UnitOfWork) => T): Promise<T> => {
    const { value } = await store.transact((transaction) => {
      const entropy = () => new Uint8Array()
      const once = { meter: newMeter(), version: '4', entropy } as const
      const unit = new UnitOfWork({ transaction, schemas, ...once })
      return { unit, result: body(unit) }
    })
    value.unit.keepSchemas()
    return value.result
  }
  const build = (versionsMax: number, skipsFirst = false) =>
    run((unit) => {
      const [first] = unit.transaction.range(...allBuilds, { expected: 1 })
      if (first === undefined) return false
      const index = indexInBuildKey(Uint8Array.from(first.key))
      if (isAlive(unit, index.database)) {
        const bounds = { versionsMax, bytesMax: buildBytesMax, skipsFirst }
        continueBuild(adminOf(unit, index), index, bounds)
      } else unit.transaction.delete(Uint8Array.from(first.key))
      return true
    })
  /** A document whose entries no transaction can write is left out: the index is built without it. */
  const buildStep = async (): Promise<boolean> => {
    for (const versions of [versionsPerStep, 1]) {
      try {
        return await build(versions)
      } catch (error) {
        if (!(error instanceof RequestError)) throw error
      }
    }
    return build(1, true)
  }
  return {
    build: buildStep,
    async step() {
      if (await buildStep()) return 'built'
      steps++
      const notes = steps % stepsPerNote === 0
      const swept = await run((unit) => {
        const from = position ?? sweptUntil(unit)
        return sweep(unit, { from, count: keysPerStep, notes })
      })
      // What the store says of the way is only for who begins: the next round starts at the first key.
      position = swept.next ?? allKeys[0]
      if (swept.removed > 0) return 'removed'
      return swept.next === undefined ? 'idle' : 'swept'
    },
  }
}

/** Maintenance that runs by itself until it is closed. */
export interface RunningMaintenance {
  /** Waits for the step under way; none follows. */
  close(): Promise<void>
}

/** How running maintenance spends its time. */
export interface MaintenancePace {
  /** Between steps that found nothing to do: requests come first. At least 500 ms by default. */
  readonly pauseMs?: number
  /** After everything was looked at once. At least 1,000 ms by default. */
  readonly restMs?: number
  /** Told of failures of the store, after which it goes on. Default: nobody. */
  readonly onError?: (error: unknown) => void
}

/** Between steps that had something to do. */
const busyPauseMs = 10

/**
 * How much slower it goes at most where it finds nothing: each round without garbage doubles its pauses up
 * to here. Nothing depends on it but the room on the disk, and a server that nobody uses should cost next to
 * nothing, however much it holds.
 */
const slownessMax = 16

/** Starts maintenance over a store. */
export function startMaintenance(
  store: Store,
  { pauseMs = 500, restMs = 1000, onError = () => {} }: MaintenancePace = {},
): RunningMaintenance {
  const maintenance = createMaintenance(store)
  const stop = new AbortController()
  const { signal } = stop
  let slowness = 1
  /** So many pauses as it is slow; somebody waits for an index, so that is looked for after each. */
  const rest = async (ms: number) => {
    for (let i = 0; i < slowness && !signal.aborted; i++) {
      await pause(ms, signal)
      if (!signal.aborted && (await maintenance.build())) return
    }
  }
  const turn = async (): Promise<void> => {
    switch (await maintenance.step()) {
      case 'swept':
        return rest(pauseMs)
      case 'idle':
        await rest(restMs)
        slowness = Math.min(slowness * 2, slownessMax)
        return
      case 'removed':
        slowness = 1
    }
    // Where there is something to do, there is mostly more; requests still come in between.
    return pause(Math.min(pauseMs, busyPauseMs), signal)
  }
  const loop = async () => {
    while (!signal.aborted) {
      try {
        await turn()
      } catch (error) {
        // Who lost a conflict too often has all the time to try again.
        const isConflict = error instanceof StoreError && error.code === 'conflict'
        if (!isConflict) onError(error)
        await pause(restMs, signal)
      }
    }
  }
  const ended = loop()
  return {
    async close() {
      stop.abort()
      await ended
    },
  }
}

/** Waits, without keeping the process alive, until the time is over or `signal` is aborted. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms).unref()
    signal.addEventListener('abort', end)
  })
}
