/** The ways in which a handler says that it is done, of which the first one counts. */
export interface Completion {
  /** The handler's third argument. */
  readonly callback: (error?: unknown, result?: unknown) => void
  readonly succeed: (result?: unknown) => void
  readonly fail: (error?: unknown) => void
  readonly done: (error?: unknown, result?: unknown) => void
  /** Whether `callback` waits until nothing is left to run. */
  waitsForEmptyLoop: boolean
  /** Nothing is left to run: the result that waited is sent, or null if there never was one. */
  onEmptyLoop(): void
}

/** Where a completion goes. */
export interface CompletionListener {
  /** Called once, just before one of the others. */
  onEnd(): void
  /** @param payload JSON text */
  onReturn(payload: string): void
  onThrow(error: unknown): void
}

/** A completion for one invocation, as Lambda's runtime has it. */
export function createCompletion(listener: CompletionListener): Completion {
  let isCalled = false
  let isEnded = false
  let waiting: unknown

  const end = (error: unknown, result: unknown) => {
    if (isEnded) return
    isEnded = true
    listener.onEnd()
    if (error !== undefined && error !== null) {
      listener.onThrow(error)
      return
    }
    const payload = stringify(result)
    if (payload === undefined) listener.onThrow(new Error('Unable to stringify response body'))
    else listener.onReturn(payload)
  }

  const once = (act: (error: unknown, result: unknown) => void) => {
    return (error?: unknown, result?: unknown) => {
      if (isCalled) return
      isCalled = true
      act(error, result)
    }
  }

  const done = once(end)
  const completion: Completion = {
    waitsForEmptyLoop: true,
    callback: once((error, result) => {
      if (completion.waitsForEmptyLoop && (error === undefined || error === null)) waiting = result
      else end(error, result)
    }),
    succeed: (result) => done(undefined, result),
    fail: (error) => done(error ?? 'handled'),
    done,
    onEmptyLoop: () => end(undefined, waiting),
  }
  return completion
}

/** JSON text; undefined if there is none for it. */
function stringify(result: unknown): string | undefined {
  try {
    // A function or a symbol has no JSON either, but Lambda answers null for it.
    return JSON.stringify(result) ?? 'null'
  } catch {
    return undefined
  }
}
