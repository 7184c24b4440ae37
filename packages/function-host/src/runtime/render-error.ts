import { types } from 'node:util'

/** An import that leads nowhere. */
export class ImportModuleError extends Error {
  override readonly name = 'Runtime.ImportModuleError'
}

/** A module that does not parse. */
export class UserCodeSyntaxError extends Error {
  override readonly name = 'Runtime.UserCodeSyntaxError'
}

/** A module without the handler. */
export class HandlerNotFound extends Error {
  override readonly name = 'Runtime.HandlerNotFound'
}

/** A rejection that nobody handled. */
export class UnhandledPromiseRejection extends Error {
  override readonly name = 'Runtime.UnhandledPromiseRejection'
  readonly reason: unknown

  constructor(reason: unknown) {
    super(String(reason))
    this.reason = reason
  }
}

/** What Lambda answers for something thrown, whatever it is: JSON text. */
export function renderError(error: unknown): string {
  return JSON.stringify(describe(error))
}

function describe(error: unknown): object {
  try {
    if (types.isNativeError(error) || isErrorLike(error)) {
      const { name: errorType, message: errorMessage, stack = '' } = error
      return { errorType, errorMessage, trace: stack.split('\n') }
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] }
  } catch {
    // A getter that throws, a toString that is none.
    return {
      errorType: 'handled',
      errorMessage:
        'callback called with Error argument, but there was a problem while retrieving one or more of its message, name, and stack',
    }
  }
}

function isErrorLike(error: unknown): error is Error {
  return (
    typeof error === 'object' &&
    error !== null &&
    ['name', 'message', 'stack'].every((name) => {
      const member: unknown = Reflect.get(error, name)
      return typeof member === 'string' && member !== ''
    })
  )
}
