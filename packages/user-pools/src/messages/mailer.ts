import { createTransport } from 'nodemailer'
import { DeliveryError, type Message, type Messenger } from './message.ts'

/** Sends e-mail. */
export interface Mailer extends Messenger {
  /** Closes what connections it keeps. */
  close(): void
}

const connectionTimeoutMs = 10_000
const socketTimeoutMs = 30_000

/**
 * A mailer over SMTP.
 *
 * Text messages need a provider we do not have: they are refused.
 *
 * @param smtpUrl `smtp://user:password@host:port`, or `smtps:`
 * @param from the sender's address
 */
export function createMailer({
  smtpUrl,
  from,
}: {
  readonly smtpUrl: string
  readonly from: string
}): Mailer {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    connectionTimeout: connectionTimeoutMs,
    socketTimeout: socketTimeoutMs,
    // A message never makes the server read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async deliver({ medium, to, subject, body }: Message) {
      if (medium === 'SMS') throw new DeliveryError('No provider for text messages is configured')
      try {
        await transport.sendMail({ from, to: { name: '', address: to }, subject, html: body })
      } catch (cause) {
        throw new DeliveryError('The mail server did not take the message', { cause })
      }
    },
    close: () => transport.close(),
  }
}
