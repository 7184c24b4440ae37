import type { Message, Messenger } from './message.ts'

/** A message in the development mailbox. */
export interface DeliveredMessage {
  readonly to: string
  readonly subject: string
  readonly body: string
  readonly code: string
  /** ISO 8601. */
  readonly sentAt: string
}

/** The development mailbox: where messages stay that no server was configured to send. */
export interface Mailbox extends Messenger {
  /** Newest first. */
  list(): readonly DeliveredMessage[]
}

/** How many messages a mailbox keeps unless told otherwise. */
export const mailboxMessagesMax = 1_000

/**
 * An empty mailbox. It is kept in memory alone and forgets the oldest messages.
 *
 * @param now milliseconds since the epoch
 */
export function createMailbox({
  messagesMax = mailboxMessagesMax,
  now = Date.now,
}: {
  readonly messagesMax?: number | undefined
  readonly now?: (() => number) | undefined
} = {}): Mailbox {
  const messages: DeliveredMessage[] = []
  return {
    async deliver({ to, subject, body, code }: Message) {
      messages.unshift({ to, subject, body, code, sentAt: new Date(now()).toISOString() })
      messages.length = Math.min(messages.length, messagesMax)
    },
    list: () => [...messages],
  }
}
