import { type LogLine, logTailBytesMax } from './invocation.ts'

/** The log of one invocation: everything goes on to `onLog`, the end is kept. */
export class InvocationLog {
  readonly #functionName: string
  readonly #requestId: string
  readonly #onLog: (line: LogLine) => void
  #tail = ''

  constructor(functionName: string, requestId: string, onLog: (line: LogLine) => void) {
    this.#functionName = functionName
    this.#requestId = requestId
    this.#onLog = onLog
  }

  add(text: string, source: LogLine['source'] = 'function'): void {
    this.#tail = (this.#tail + text).slice(-logTailBytesMax)
    this.#onLog({ functionName: this.#functionName, requestId: this.#requestId, source, text })
  }

  /** The last `logTailBytesMax` bytes, whole characters only. */
  tail(): string {
    const bytes = Buffer.from(this.#tail)
    let start = Math.max(0, bytes.length - logTailBytesMax)
    while (((bytes[start] ?? 0) & 0xc0) === 0x80) start++
    return bytes.toString('utf8', start)
  }
}
