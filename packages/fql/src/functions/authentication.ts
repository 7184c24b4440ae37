/** Who is calling, and passwords (fql-v4 §4.15). */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { failure } from '../errors.ts'
import type { Position } from '../position.ts'
import { Ref } from '../values/ref.ts'
import type { SetValue } from '../values/set.ts'
import { firstRef, readingAt } from './reads.ts'

/** The document that an identifier names now, even inside `At`; none for an empty set. */
function subject(target: Ref | SetValue, context: Context, position: Position): Ref | undefined {
  return target instanceof Ref ? target : firstRef(target, readingAt(context, undefined), position)
}

/**
 * Login(ref or set, {password}): a new token for the document.
 *
 * @throws `authentication failed`, whatever the reason
 * @see fql-v4 §4.15, data-model §8
 */
export const login = define({
  args: { login: cast.identifier, params: cast.object },
  effect: 'write',
  evaluate: ({ login: target, params }, { position, context }) =>
    context.documents.login(subject(target, context, position.at('login')), params, position),
})

/**
 * Identify(ref or set, password): whether this is the document's password.
 *
 * @see fql-v4 §4.15
 */
export const identify = define({
  args: { identify: cast.identifier, password: cast.string },
  effect: 'read',
  evaluate: ({ identify: target, password }, { position, context }) =>
    context.documents.identify(subject(target, context, position.at('identify')), password),
})

/**
 * Logout(all): deletes the current token, or every token of the identity. Idempotent.
 *
 * @see data-model §8
 */
export const logout = define({
  args: { logout: cast.boolean },
  effect: 'write',
  evaluate: ({ logout: all }, { context }) => context.documents.logout(all),
})

function identityOf(context: Context, position: Position) {
  const { identity } = context.documents
  if (identity !== undefined) return identity
  throw failure('missing identity', 'Authentication does not contain an identity', position)
}

/**
 * CurrentIdentity(): the document that the caller's token is of, or a JWT's subject.
 *
 * @throws `missing identity`
 * @see data-model §6.9
 */
export const currentIdentity = define({
  args: { current_identity: cast.nothing },
  effect: 'read',
  since: '4',
  evaluate: (_, { position, context }) => identityOf(context, position),
})

/** Identity(): the older name of CurrentIdentity. */
export const identity = define({
  args: { identity: cast.nothing },
  effect: 'read',
  evaluate: (_, { position, context }) => identityOf(context, position),
})

/** HasCurrentIdentity(): whether there is one. @see data-model §6.9 */
export const hasCurrentIdentity = define({
  args: { has_current_identity: cast.nothing },
  effect: 'read',
  since: '4',
  evaluate: (_, { context }) => context.documents.identity !== undefined,
})

/** HasIdentity(): the older name of HasCurrentIdentity. */
export const hasIdentity = define({
  args: { has_identity: cast.nothing },
  effect: 'read',
  evaluate: (_, { context }) => context.documents.identity !== undefined,
})

/**
 * CurrentToken(): the ref of the key or token in use, or a JWT's payload.
 *
 * @throws `invalid token`
 * @see data-model §6.9
 */
export const currentToken = define({
  args: { current_token: cast.nothing },
  effect: 'read',
  since: '4',
  evaluate: (_, { position, context }) => {
    const { token } = context.documents
    if (token !== undefined) return token
    throw failure('invalid token', 'Token metadata is not accessible.', position)
  },
})

/** HasCurrentToken(): whether CurrentToken would answer. @see data-model §6.9 */
export const hasCurrentToken = define({
  args: { has_current_token: cast.nothing },
  effect: 'pure',
  since: '4',
  evaluate: (_, { context }) => context.documents.token !== undefined,
})
