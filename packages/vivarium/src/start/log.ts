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

/** Lines of JSON on standard error, buffered for at most a tenth of a second. */
export function openLog(level: LogLevel): ProcessLog {
  const destination = pino.destination({
    dest: 2,
    sync: false,
    minLength: 4096,
    periodicFlush: 100,
  })
  // Nobody reads it any more: there is nobody to tell.
  destination.on('error', () => {})
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
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
