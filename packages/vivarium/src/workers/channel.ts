import type { DeliveredMessage } from '@vivarium/user-pools'
import { decodeFromPrimary, type FromPrimary, type FromWorker } from './messages.ts'
import type { MailboxQuestion } from './shared-mailbox.ts'

/** A worker's way to the primary. */
export interface Channel {
  tell(message: FromWorker): void
  ask(question: MailboxQuestion): Promise<readonly DeliveredMessage[]>
}

/** The channel of this process, which is a worker. `onMessage` is told of what is no answer. */
export function openChannel(onMessage: (message: FromPrimary) => void): Channel {
  const asked = new Map<number, (answer: readonly DeliveredMessage[]) => void>()
  let lastId = 0
  const tell = (message: FromWorker) => {
    // Without a primary this process ends by itself.
    process.send?.(message, undefined, undefined, () => {})
  }
  process.on('message', (received) => {
    const message = decodeFromPrimary(received)
    if (message === undefined) return
    if (message.kind !== 'answer') return onMessage(message)
    asked.get(message.id)?.(message.answer)
    asked.delete(message.id)
  })
  return {
    tell,
    ask: (question) =>
      new Promise((resolve) => {
        const id = ++lastId
        asked.set(id, resolve)
        tell({ kind: 'question', id, question })
      }),
  }
}
