/** A message with a code, ready to be sent. */
export interface Message {
  readonly medium: 'EMAIL' | 'SMS'
  /** An e-mail address or a telephone number. */
  readonly to: string
  /** Empty for a text message. */
  readonly subject: string
  /** HTML for an e-mail, as in Cognito, where templates may have markup; text for a text message. */
  readonly body: string
  /** The code or temporary password that is in the body. */
  readonly code: string
}

/** Something that sends messages. */
export interface Messenger {
  /** @throws DeliveryError */
  deliver(message: Message): Promise<void>
}

/** A message that could not be sent: answered with `CodeDeliveryFailureException`. */
export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
}
