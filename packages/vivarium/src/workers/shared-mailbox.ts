/** The mailbox of several processes: the primary keeps it, the workers ask. */
import type { DeliveredMessage, Message, Messenger } from '@vivarium/user-pools'
import type { Channel } from './channel.ts'

/** A mailbox, wherever it is. */
export interface SharedMailbox extends Messenger {
  /** Newest first. */
  list(): readonly DeliveredMessage[] | Promise<readonly DeliveredMessage[]>
}

/** What a worker asks of the mailbox. */
export type MailboxQuestion =
  | { readonly kind: 'deliver'; readonly message: Message }
  | { readonly kind: 'list' }

/** The mailbox as a worker sees it. */
export function remoteMailbox(channel: Channel): SharedMailbox {
  return {
    async deliver(message) {
      await channel.ask({ kind: 'deliver', message })
    },
    async list() {
      return channel.ask({ kind: 'list' })
    },
  }
}

/** Answers a worker. */
export async function answerFrom(
  mailbox: SharedMailbox,
  question: MailboxQuestion,
): Promise<readonly DeliveredMessage[]> {
  if (question.kind === 'list') return mailbox.list()
  await mailbox.deliver(question.message)
  return []
}
