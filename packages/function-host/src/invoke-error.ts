/** The Invoke API's own errors: the function was not run. */

/** Status, and whose fault it is, by error name. */
const table = {
  AccessDeniedException: { status: 403, type: 'User' },
  InvalidParameterValueException: { status: 400, type: 'User' },
  InvalidRequestContentException: { status: 400, type: 'User' },
  RequestTooLargeException: { status: 413, type: 'User' },
  ResourceNotFoundException: { status: 404, type: 'User' },
  ServiceException: { status: 500, type: 'Service' },
  TooManyRequestsException: { status: 429, type: 'User' },
  UnknownOperationException: { status: 404, type: 'User' },
  UnsupportedMediaTypeException: { status: 415, type: 'User' },
  ValidationException: { status: 400, type: 'User' },
} as const satisfies Record<string, { status: number; type: 'User' | 'Service' }>

/** The name of an error, as the SDK knows it. */
export type InvokeErrorCode = keyof typeof table

const messages: Partial<Record<InvokeErrorCode, string>> = {
  ServiceException: 'The function could not be run.',
  TooManyRequestsException: 'Rate Exceeded.',
}

/** An invocation that did not take place. */
export class InvokeError extends Error {
  override readonly name = 'InvokeError'
  readonly code: InvokeErrorCode

  constructor(code: InvokeErrorCode, message = messages[code] ?? code, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  get status(): number {
    return table[this.code].status
  }

  get type(): 'User' | 'Service' {
    return table[this.code].type
  }
}
