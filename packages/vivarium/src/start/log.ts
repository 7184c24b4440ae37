import { type Logger, pino } from 'pino'
import type { LogLevel } from '../command/settings.ts'

/** The log of a process, and how to empty its buffer. */
export interface ProcessLog {
  readonly log: Logger
  /** Writes what is buffered; call it before the process ends. */
  flush(): void
}

/** Lines of JSON on standard error, buffered for at most a tenth of a second. */
export function openLog(level: LogLevel): ProcessLog {
  const destination = pino.destination({
    dest: 2,
    sync: false,
    minLength: 4096,
    periodicFlush: 100,
  })
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  return {
    log,
    flush() {
      try {
        destination.flushSync()
      } catch {
        // Nothing is open yet, or nobody reads it any more: there is nobody to tell.
      }
    },
  }
}
