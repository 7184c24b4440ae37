import { format } from 'node:util'

/** How much one invocation may print, in characters; a loop that prints must not fill the host's memory. */
const logLengthMax = 1024 * 1024

/** The console's methods and the level that Lambda shows for each. */
const levels = {
  log: 'INFO',
  info: 'INFO',
  debug: 'DEBUG',
  warn: 'WARN',
  error: 'ERROR',
  trace: 'TRACE',
} as const

/**
 * The console and the standard streams of a worker thread, sent to the host over the port that carries
 * the results too: what was printed before a result arrives before it.
 */
export class FunctionLog {
  readonly #send: (text: string) => void
  #requestId: string | undefined
  #length = 0

  constructor(send: (text: string) => void) {
    this.#send = send
    for (const [method, level] of Object.entries(levels)) {
      Reflect.set(console, method, (...values: unknown[]) => this.#print(level, format(...values)))
    }
    for (const stream of [process.stdout, process.stderr]) {
      Reflect.set(stream, 'write', this.#write)
    }
  }

  /** What is printed from now on belongs to this invocation. */
  begin(requestId: string): void {
    this.#requestId = requestId
    this.#length = 0
  }

  /** What Lambda prints of an error that ended an invocation. */
  error(title: string, error: unknown): void {
    this.#print('ERROR', `${title} \t${renderForLog(error)}`)
  }

  #print(level: string, message: string): void {
    const line = message.replaceAll('\n', '\r')
    this.#add(`${new Date().toISOString()}\t${this.#requestId}\t${level}\t${line}\n`)
  }

  #add(text: string): void {
    if (this.#length > logLengthMax) return
    this.#length += text.length
    this.#send(
      this.#length > logLengthMax ? '[Here the log of this invocation became too long.]\n' : text,
    )
  }

  /** In place of a stream's `write(chunk, encoding?, callback?)`. */
  readonly #write = (chunk: unknown, ...rest: unknown[]): boolean => {
    this.#add(chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : String(chunk))
    const callback = rest.at(-1)
    if (typeof callback === 'function') queueMicrotask(() => callback())
    return true
  }
}

function renderForLog(error: unknown): string {
  if (!(error instanceof Error)) return format(error)
  const { name: errorType, message: errorMessage, stack } = error
  try {
    return JSON.stringify({ errorType, errorMessage, ...error, stack: stack?.split('\n') })
  } catch {
    return JSON.stringify({ errorType, errorMessage })
  }
}
