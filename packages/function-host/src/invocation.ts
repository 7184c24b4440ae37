/** What the parts of the host hand to each other. */

/** One call of a function. */
export interface Invocation {
  readonly requestId: string
  /** JSON text, already checked. */
  readonly payload: string
  /** JSON text, already checked. */
  readonly clientContext?: string | undefined
}

/** What came of it: the handler's result, or the error that ended it, as JSON text. */
export interface InvocationResult {
  readonly kind: 'returned' | 'threw'
  readonly payload: string
  /** The end of its log, at most `logTailBytesMax`. */
  readonly logTail: string
}

/** How much of the log an answer carries (Lambda: the last 4 KB). */
export const logTailBytesMax = 4096

/** A piece of a function's log: usually a line, with its line feed. */
export interface LogLine {
  readonly functionName: string
  /** Absent for what is printed outside invocations. */
  readonly requestId?: string | undefined
  /** Whether the function printed it, or the host tells of its beginning and end. */
  readonly source: 'function' | 'host'
  readonly text: string
}

/** An error that the runtime itself reports, as JSON text. */
export function runtimeError(errorType: string, errorMessage: string): string {
  return JSON.stringify({ errorType, errorMessage })
}
