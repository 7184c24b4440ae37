import { statusOf } from '../database/status.ts'
import { passwordRule } from './password-rule.ts'

/** What went wrong, in words that say what to do, and where on a form it belongs. */
export interface Problem {
  readonly message: string
  /** The field that has to change; undefined: none of them. */
  readonly field?: 'email' | 'password' | 'code' | undefined
}

/** The words for an error of any part: the user pool, the database, the network, ourselves. */
export function problemOf(error: unknown): Problem {
  const { code, message } = partsOf(error)
  if (code === 'NotAuthorizedException') return notAuthorized(message)
  if (code === 'InvalidPasswordException') return passwordProblem(message)
  if (code === 'InvalidParameterException') return invalidParameter(message)
  const known = problems[code]
  if (known) return known
  if (isNetworkFailure(error, code)) return unreachable
  return databaseProblem(statusOf(error), code)
}

const tooMany: Problem = {
  message: 'Too many attempts. Wait a few minutes, then try again.',
}

const unreachable: Problem = {
  message: 'The server cannot be reached. Check your connection, then try again.',
}

const noAccess: Problem = {
  message:
    'Your password is right, but the database gave you no access. Try again; if it stays so, tell the people who run this application.',
}

const problems: Readonly<Record<string, Problem>> = {
  NetworkError: unreachable,
  UsernameExistsException: {
    field: 'email',
    message: 'There is an account with this address already. Sign in, or take another address.',
  },
  AliasExistsException: {
    field: 'email',
    message: 'Another account has this address. Sign in with that one.',
  },
  UserNotFoundException: {
    field: 'email',
    message: 'There is no account with this address. Check the address, or sign up.',
  },
  UserNotConfirmedException: {
    field: 'email',
    message: 'This address is not confirmed yet. Enter the code that was sent to it.',
  },
  PasswordResetRequiredException: {
    field: 'password',
    message: 'This account needs a new password. Choose “Forgot your password?”.',
  },
  PasswordHistoryPolicyViolationException: {
    field: 'password',
    message: 'You have used this password before. Choose another one.',
  },
  CodeMismatchException: {
    field: 'code',
    message: 'This is not the code that was sent last. Check it, or ask for a new one.',
  },
  ExpiredCodeException: {
    field: 'code',
    message: 'This code is not valid any more. Ask for a new one.',
  },
  CodeDeliveryFailureException: {
    field: 'email',
    message: 'The message could not be sent. Check the address, then try again.',
  },
  LimitExceededException: tooMany,
  TooManyRequestsException: tooMany,
  TooManyFailedAttemptsException: tooMany,
  UserLambdaValidationException: noAccess,
  UnexpectedLambdaException: noAccess,
  InvalidLambdaResponseException: noAccess,
  NoDatabaseAccess: noAccess,
  SecondFactorRequired: {
    message: 'This account asks for a second factor, which this application does not know.',
  },
  SessionEnded: { message: 'Your session has ended. Sign in again.' },
  MovieChanged: {
    message:
      'Somebody else changed or deleted this movie while you were looking at it. Close this to see how it is now.',
  },
  ResourceNotFoundException: {
    message: 'This application is not set up: its user pool or client does not exist.',
  },
}

function notAuthorized(message: string): Problem {
  if (message.includes('attempts exceeded')) {
    return {
      field: 'password',
      message: 'Too many wrong passwords. Wait a moment, then try again.',
    }
  }
  if (message.includes('disabled')) {
    return { message: 'This account is disabled. Ask the people who run this application.' }
  }
  if (message.includes('Current status is CONFIRMED')) {
    return { field: 'email', message: 'This address is confirmed already. You can sign in.' }
  }
  if (message.includes('SignUp is not permitted')) {
    return { message: 'Accounts are made by the people who run this application. Ask them.' }
  }
  if (message.includes('Temporary password has expired')) {
    return { field: 'password', message: 'Your first password is too old. Ask for a new one.' }
  }
  if (message.includes('cannot be reset')) {
    return {
      message: 'This password cannot be reset yet: first sign in with the one you were sent.',
    }
  }
  return {
    field: 'password',
    message: 'The address or the password is wrong. Check both, then try again.',
  }
}

function invalidParameter(message: string): Problem {
  if (message.includes("'password'") || message.includes("'proposedPassword'")) {
    return passwordProblem(message)
  }
  if (message.includes("'confirmationCode'")) {
    return { field: 'code', message: 'A code is made of digits alone. Check it.' }
  }
  if (message.includes('already confirmed')) {
    return { field: 'email', message: 'This address is confirmed already. You can sign in.' }
  }
  if (message.includes('no registered/verified email')) {
    return { field: 'email', message: 'This address is not confirmed yet. Confirm it first.' }
  }
  if (/email|'username'/i.test(message)) {
    return { field: 'email', message: 'This is not an e-mail address. Check it.' }
  }
  return { message: 'The server did not accept this. Check what you entered.' }
}

function passwordProblem(message: string): Problem {
  return { field: 'password', message: passwordRule(message) }
}

function databaseProblem(status: number | undefined, code: string): Problem {
  switch (status) {
    case 403:
      return { message: 'You may not do this. Ask the people who run this application for access.' }
    case 404:
      return { message: 'This does not exist any more. Go back to the list.' }
    case 409:
      return { message: 'Somebody else was changing the same thing. Try again.' }
    case 429:
      return tooMany
    case 503:
      return { message: 'The database is busy or starting. Wait a moment, then try again.' }
    default:
      return { message: `Something went wrong (${status ?? code}). Try again.` }
  }
}

/** `fetch` fails with a TypeError, and the database's driver gives up with an abort. */
function isNetworkFailure(error: unknown, code: string): boolean {
  return error instanceof TypeError || code === 'TimeoutError' || code === 'AbortError'
}

/** The name of an error, by which a page may branch. */
export function codeOf(error: unknown): string {
  return partsOf(error).code
}

function partsOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: 'unknown', message: '' }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name
  return { code, message: error.message }
}
