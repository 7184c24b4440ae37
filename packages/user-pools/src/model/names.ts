/**
 * Which user a typed name means, and who owns which name.
 *
 * A name is the canonical user name, its `sub` where an administrator says it, or an alias: in a pool
 * with username attributes every e-mail address and telephone number of a user, verified or not; in a
 * pool with alias attributes the verified ones, and the preferred user name.
 *
 * @see user-pools §6.6 and §6.7
 */
import type { Transaction } from '@vivarium/store'
import { refusal } from '../errors.ts'
import { readDocument, type User, type UserPool, writeDocument } from './documents.ts'
import { aliasKey, subKey, userKey } from './keys.ts'
import { isEmailAddress, isPhoneNumber } from './schema.ts'

const aliasNames = ['email', 'phone_number', 'preferred_username'] as const

/** An attribute whose value may be a sign-in name. */
export type AliasName = (typeof aliasNames)[number]

/** `name` as it is compared in this pool: case folds in pools that ignore it. */
export function fold(pool: UserPool, name: string): string {
  return (pool.caseSensitive ?? true) ? name : name.toLowerCase()
}

/** What a canonical user name may be; other text is never looked for. */
export function isUsername(name: string): boolean {
  return name.length <= 128 && /^[\p{L}\p{M}\p{S}\p{N}\p{P}]+$/u.test(name)
}

/** The user whose canonical name this is. */
export function readUser(
  transaction: Transaction,
  pool: UserPool,
  username: string,
): User | undefined {
  if (!isUsername(username)) return undefined
  return readDocument<User>(transaction, userKey(pool.id, fold(pool, username)))
}

/** The user who signs in with `name`: by canonical name, else by alias. */
export function findUser(transaction: Transaction, pool: UserPool, name: string): User | undefined {
  const user = readUser(transaction, pool, name)
  if (user !== undefined) return user
  for (const attribute of aliasNames) {
    if (!isSignInName(pool, attribute)) continue
    const owner = aliasOwner(transaction, pool, attribute, name)
    if (owner !== undefined) return owner
  }
  return undefined
}

/** The user an administrator means: by canonical name or alias, else by `sub`. */
export function findUserForAdmin(
  transaction: Transaction,
  pool: UserPool,
  name: string,
): User | undefined {
  return findUser(transaction, pool, name) ?? findUserBySub(transaction, pool, name)
}

/** The user with this `sub`. */
export function findUserBySub(
  transaction: Transaction,
  pool: UserPool,
  sub: string,
): User | undefined {
  if (!isUsername(sub)) return undefined
  const found = readDocument<{ readonly name: string }>(transaction, subKey(pool.id, sub))
  return found && readDocument<User>(transaction, userKey(pool.id, found.name))
}

/** The user who owns `value` of an alias attribute. */
export function aliasOwner(
  transaction: Transaction,
  pool: UserPool,
  attribute: AliasName,
  value: string,
): User | undefined {
  const key = aliasKey(pool.id, attribute, fold(pool, value))
  const found = readDocument<{ readonly name: string }>(transaction, key)
  return found && readDocument<User>(transaction, userKey(pool.id, found.name))
}

function isSignInName(pool: UserPool, attribute: AliasName): boolean {
  return (
    pool.aliasAttributes.includes(attribute) ||
    (attribute !== 'preferred_username' && pool.usernameAttributes.includes(attribute))
  )
}

/** The names under which `user` can be found besides the canonical one: attribute and value. */
function aliasesOf(pool: UserPool, user: User): readonly (readonly [AliasName, string])[] {
  return aliasNames.flatMap((attribute): (readonly [AliasName, string])[] => {
    const value = user.attributes[attribute] ?? ''
    if (value === '') return []
    if (attribute !== 'preferred_username' && pool.usernameAttributes.includes(attribute)) {
      return [[attribute, value]]
    }
    if (!pool.aliasAttributes.includes(attribute)) return []
    // A name that can be verified is an alias only when it is, and while its user is confirmed.
    const isOwned =
      attribute === 'preferred_username' || user.attributes[`${attribute}_verified`] === 'true'
    return isOwned ? [[attribute, value]] : []
  })
}

/** The addresses that are sign-in names of `user`, as triggers are told in pools with aliases. */
export function activeAliases(
  pool: UserPool,
  user: User,
): { readonly email?: string; readonly phoneNumber?: string } | undefined {
  if (pool.aliasAttributes.length === 0) return undefined
  const aliases = Object.fromEntries(aliasesOf(pool, user))
  return {
    ...(aliases.email !== undefined && { email: aliases.email }),
    ...(aliases.phone_number !== undefined && { phoneNumber: aliases.phone_number }),
  }
}

/**
 * Checks that nobody has the names of a new user.
 *
 * A canonical name must besides be nobody's `sub` or preferred name: it would be found before these, and
 * an administrator who names a `sub` would meet the wrong user.
 *
 * @throws UserPoolError UsernameExistsException
 */
export function checkUnused(
  transaction: Transaction,
  pool: UserPool,
  user: User,
  text: 'signUp' | 'admin' = 'signUp',
): void {
  if (pool.usernameAttributes.length > 0) {
    for (const attribute of pool.usernameAttributes) {
      const value = user.attributes[attribute] ?? ''
      if (value !== '' && aliasOwner(transaction, pool, attribute, value) !== undefined) {
        throw refusal('UsernameExistsException', attribute)
      }
    }
    return
  }
  const isTaken =
    readUser(transaction, pool, user.username) !== undefined ||
    findUserBySub(transaction, pool, user.username) !== undefined ||
    (pool.aliasAttributes.includes('preferred_username') &&
      aliasOwner(transaction, pool, 'preferred_username', user.username) !== undefined)
  if (isTaken) throw refusal('UsernameExistsException', text)
}

/** Every name of the user: for a secret hash that may be over any of them. */
export function namesOf(pool: UserPool, user: User): readonly string[] {
  return [user.username, user.sub, ...aliasesOf(pool, user).map(([, value]) => value)]
}

/**
 * Writes a user and what it is found by. Names that `before` owned and `after` does not are given up;
 * new ones are claimed.
 *
 * @param takesAliases what to do if somebody else owns one: take it, which un-verifies it there, or refuse
 * @throws UserPoolError AliasExistsException
 */
export function saveUser(
  transaction: Transaction,
  pool: UserPool,
  {
    before,
    after,
    takesAliases = false,
  }: {
    readonly before?: User | undefined
    readonly after: User
    readonly takesAliases?: boolean | undefined
  },
): void {
  const name = fold(pool, after.username)
  const owned = before === undefined ? [] : aliasesOf(pool, before)
  const wanted = aliasesOf(pool, after)
  for (const [attribute, value] of wanted) {
    const namesake =
      attribute === 'preferred_username' ? readUser(transaction, pool, value) : undefined
    if (namesake !== undefined && namesake.sub !== after.sub) {
      throw refusal('AliasExistsException', attribute)
    }
    const owner = aliasOwner(transaction, pool, attribute, value)
    if (owner === undefined || owner.sub === after.sub) continue
    if (!takesAliases || attribute === 'preferred_username' || pool.aliasAttributes.length === 0) {
      throw refusal('AliasExistsException', attribute)
    }
    const loser: User = {
      ...owner,
      attributes: { ...owner.attributes, [`${attribute}_verified`]: 'false' },
    }
    writeDocument(transaction, userKey(pool.id, fold(pool, loser.username)), loser)
  }
  for (const [attribute, value] of owned) {
    transaction.delete(aliasKey(pool.id, attribute, fold(pool, value)))
  }
  for (const [attribute, value] of wanted) {
    writeDocument(transaction, aliasKey(pool.id, attribute, fold(pool, value)), { name })
  }
  if (before === undefined) writeDocument(transaction, subKey(pool.id, after.sub), { name })
  writeDocument(transaction, userKey(pool.id, name), after)
}

/** Forgets the names of a user, and the user. */
export function eraseUser(transaction: Transaction, pool: UserPool, user: User): void {
  for (const [attribute, value] of aliasesOf(pool, user)) {
    transaction.delete(aliasKey(pool.id, attribute, fold(pool, value)))
  }
  transaction.delete(subKey(pool.id, user.sub))
  transaction.delete(userKey(pool.id, fold(pool, user.username)))
}

/**
 * Checks that a new user may be called `username`.
 *
 * @throws UserPoolError InvalidParameterException
 * @see user-pools §2.1
 */
export function checkNewUsername(pool: UserPool, username: string): void {
  const invalid = (text: string) => refusal('InvalidParameterException', 'other', text)
  const isEmail = isEmailAddress(username)
  const isPhone = isPhoneNumber(username)
  const { usernameAttributes, aliasAttributes } = pool
  if (usernameAttributes.length === 2 && !isEmail && !isPhone) {
    throw invalid('Username should be either an email or a phone number.')
  }
  if (usernameAttributes.length === 1) {
    if (usernameAttributes[0] === 'email' && !isEmail) throw invalid('Username should be an email.')
    if (usernameAttributes[0] === 'phone_number' && !isPhone) {
      throw invalid('Username should be a phone number.')
    }
  }
  if (aliasAttributes.includes('email') && isEmail) {
    throw invalid(
      'Username cannot be of email format, since user pool is configured for email alias.',
    )
  }
  if (aliasAttributes.includes('phone_number') && isPhone) {
    throw invalid(
      'Username cannot be of phone number format, since user pool is configured for phone number alias.',
    )
  }
}

/**
 * The canonical name and the attributes of a new user: in a pool with username attributes the name is
 * the `sub`, and what was given is the address.
 */
export function canonicalNames(
  pool: UserPool,
  given: { readonly username: string; readonly sub: string },
  attributes: Readonly<Record<string, string>>,
): { readonly username: string; readonly attributes: Readonly<Record<string, string>> } {
  if (pool.usernameAttributes.length === 0) return { username: given.username, attributes }
  const attribute = isEmailAddress(given.username) ? 'email' : 'phone_number'
  return { username: given.sub, attributes: { ...attributes, [attribute]: given.username } }
}
