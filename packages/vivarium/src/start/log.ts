import { type Logger, pino } from 'pino'
import type { LogLevel } from '../command/settings.ts'

/** The log of a process, and how to empty its buffer before the process ends. */
export interface ProcessLog {
  readonly log: Logger
  /** Resolves when everything is written. */
  flush(): Promise<void>
  /** The same at once, as well as it can be done. */
  flushSync(): void
}

/**
 * Lines of JSON on standard error, buffered for at most a tenth of a second.
 *
 * @param worker the number of this process, if there are several
 */
export function openLog(level: LogLevel, worker?: number): ProcessLog {
  const destination = pino.destination({
    dest: 2,
    sync: false,
    // Of what several processes write to one pipe, only short writes stay whole.
    minLength: worker === undefined ? 4096 : 0,
    periodicFlush: 100,
  })
  // Nobody reads it any more: there is nobody to tell.
  destination.on('error', () => {})
  const log = pino(
    {
      level,
      base: worker === undefined ? null : { worker },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  )
  return {
    log,
    flush: () => new Promise((resolve) => destination.flush(() => resolve())),
    flushSync() {
      try {
        destination.flushSync()
      } catch {
        // As above.
      }
    },
  }
}
