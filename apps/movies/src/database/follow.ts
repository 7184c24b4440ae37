import { SessionEnded } from '../session/session.ts'
import type { OpenStream } from './client.ts'
import { isRefusal } from './status.ts'

/** Changes that come together are told as one. */
const togetherMs = 100

/** How long to wait before a stream that ended is opened again, and at most after many failures. */
const retryMsFirst = 1_000
const retryMsLast = 60_000

/**
 * Calls `onChange` when what a stream follows may have changed, until the function that it gives is called.
 *
 * A stream lives as long as its token, so it is opened again when it ends; what changed meanwhile is not
 * told, so a start counts as a change. Where there can be none (the database refuses it, the session is
 * over), nobody is troubled: it is a comfort, and everything works without it.
 *
 * @param open opens a stream under a token that works
 */
export function follow(
  open: (onEvent: () => void) => Promise<OpenStream>,
  onChange: () => void,
): () => void {
  let isOver = false
  let current: OpenStream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let pending: ReturnType<typeof setTimeout> | undefined

  const changed = (): void => {
    pending ??= setTimeout(() => {
      pending = undefined
      if (!isOver) onChange()
    }, togetherMs)
  }

  const run = async (): Promise<boolean> => {
    try {
      const stream = await open(changed)
      current = stream
      if (isOver) stream.close()
      else changed()
      await stream.ended
      return true
    } catch (error) {
      if (error instanceof SessionEnded || isRefusal(error)) isOver = true
      return false
    }
  }

  const keepOpen = async (waitMs: number): Promise<void> => {
    const hasBegun = await run()
    if (isOver) return
    const nextMs = hasBegun ? retryMsFirst : waitMs
    timer = setTimeout(() => void keepOpen(Math.min(nextMs * 2, retryMsLast)), nextMs)
  }

  void keepOpen(retryMsFirst)
  return () => {
    isOver = true
    clearTimeout(timer)
    clearTimeout(pending)
    current?.close()
  }
}
