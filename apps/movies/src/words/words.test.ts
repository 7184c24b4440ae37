import { describe, expect, test } from 'vitest'
import { problemOf } from './problem.ts'
import { timeLeft } from './time-left.ts'

/** An error as `amazon-cognito-identity-js` makes it. */
function cognito(code: string, message = ''): Error {
  return Object.assign(new Error(message), { name: code, code })
}

/** An error as the `faunadb` driver makes it. */
function fauna(statusCode: number): Error {
  return Object.assign(new Error('bad'), { requestResult: { statusCode } })
}

describe('the words for an error', () => {
  const policy = 'Password did not conform with policy: Password'
  test.each([
    [cognito('UsernameExistsException', 'User already exists'), 'email', 'already'],
    [cognito('NotAuthorizedException', 'Incorrect username or password.'), 'password', 'wrong'],
    [cognito('NotAuthorizedException', 'Password attempts exceeded'), 'password', 'Wait'],
    [cognito('NotAuthorizedException', 'User is disabled.'), undefined, 'disabled'],
    [cognito('InvalidPasswordException', `${policy} not long enough`), 'password', 'longer'],
    [
      cognito('InvalidPasswordException', `${policy} must have uppercase characters`),
      'password',
      'upper case',
    ],
    [
      cognito('InvalidPasswordException', `${policy} must have lowercase characters`),
      'password',
      'lower case',
    ],
    [
      cognito('InvalidPasswordException', `${policy} must have numeric characters`),
      'password',
      'digit',
    ],
    [
      cognito('InvalidPasswordException', `${policy} must have symbol characters`),
      'password',
      'symbol',
    ],
    [
      cognito(
        'InvalidParameterException',
        "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+",
      ),
      'password',
      'spaces',
    ],
    [
      cognito('InvalidParameterException', 'Username should be an email.'),
      'email',
      'not an e-mail',
    ],
    [cognito('CodeMismatchException'), 'code', 'not the code'],
    [cognito('ExpiredCodeException'), 'code', 'Ask for a new one'],
    [cognito('LimitExceededException'), undefined, 'Wait'],
    [cognito('TooManyRequestsException'), undefined, 'Wait'],
    [cognito('UserLambdaValidationException'), undefined, 'no access'],
    [cognito('NetworkError', 'Network error'), undefined, 'connection'],
    [new TypeError('Failed to fetch'), undefined, 'connection'],
    [fauna(403), undefined, 'may not'],
    [fauna(429), undefined, 'Wait'],
    [fauna(503), undefined, 'Wait'],
    [fauna(500), undefined, '(500)'],
    [cognito('NewException'), undefined, '(NewException)'],
    ['not even an error', undefined, '(unknown)'],
  ] as const)('%s belongs to the field %s and says "%s"', (error, field, words) => {
    const problem = problemOf(error)
    expect(problem.field).toBe(field)
    expect(problem.message).toContain(words)
  })
})

describe('the time left', () => {
  test.each([
    [0, undefined],
    [-5, undefined],
    [1, '1 s'],
    [59_999, '59 s'],
    [60_000, '1 min 0 s'],
    [600_000, '10 min 0 s'],
    [3_661_000, '1 h 1 min'],
  ])('of %i ms is %s', (ms, words) => {
    expect(timeLeft(1_000_000 + ms, 1_000_000)).toBe(words)
  })
})
