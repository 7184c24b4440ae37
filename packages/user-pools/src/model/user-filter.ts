/**
 * The condition of ListUsers: `<attribute> <operator> "<value>"`, where `=` asks for the value and `^=` for
 * what begins with it.
 *
 * @see user-pools §2.13
 */
import { refusal } from '../errors.ts'
import type { User } from './documents.ts'

const searchable = [
  'username',
  'email',
  'phone_number',
  'name',
  'given_name',
  'family_name',
  'preferred_username',
  'cognito:user_status',
  'status',
  'sub',
] as const

/** What can be searched. */
export type SearchName = (typeof searchable)[number]

/** A parsed condition. */
export interface UserFilter {
  readonly name: SearchName
  readonly operator: '=' | '^='
  readonly value: string
}

const grammar = /^\s*([\w:]+)\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/u

/** Reads a condition; an empty text is none. @throws UserPoolError InvalidParameterException */
export function parseUserFilter(text: string): UserFilter | undefined {
  if (text.trim() === '') return undefined
  const match = grammar.exec(text)
  if (match === null) throw refusal('InvalidParameterException', 'filter')
  const [, given = '', operator, quoted = ''] = match
  const name = searchable.find((candidate) => candidate === given)
  if (name === undefined) throw refusal('InvalidParameterException', 'searchAttribute', given)
  return {
    name,
    operator: operator === '=' ? '=' : '^=',
    value: quoted.replace(/\\(.)/gu, '$1'),
  }
}

/** Whether a user meets the condition. */
export function matchesFilter({ name, operator, value }: UserFilter, user: User): boolean {
  const actual = searchedValue(user, name)
  if (actual === undefined) return false
  const isExact = name === 'username' || name === 'status' || name === 'sub'
  // Unverified: the guides of different years tell the case of these apart, or of none.
  const [one, other] = isExact ? [actual, value] : [actual.toLowerCase(), value.toLowerCase()]
  return operator === '=' ? one === other : one.startsWith(other)
}

function searchedValue(user: User, name: SearchName): string | undefined {
  switch (name) {
    case 'username':
      return user.username
    case 'sub':
      return user.sub
    case 'status':
      return user.isEnabled ? 'Enabled' : 'Disabled'
    case 'cognito:user_status':
      return user.status
    default:
      return user.attributes[name]
  }
}
