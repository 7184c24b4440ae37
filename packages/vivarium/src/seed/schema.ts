/**
 * The schema of an application whose users come from a user pool.
 *
 * An `Account` is a person: `subject` is who they are in the user pool, `email` the address they first
 * proved to be theirs. At sign-in the token trigger finds or makes the account and gives it two tokens:
 *
 *   access    reads and writes movies                        Account --AccountAccess--> Movie
 *   refresh   can only be traded for a new pair, once         Account --AccountRefresh--> refresh()
 *
 * Both are documents of `Tokens()` whose `data` says what they are and which sign-in (`session`) they
 * belong to. The roles tell them apart by that; nobody but the trigger and `refresh` can write it.
 */
import faunadb, { type ExprArg } from 'faunadb'
import { refreshBody } from './refresh-function.ts'

const { query: q } = faunadb

/** One definition; `definition` is what the document of the schema holds besides its name. */
export interface SchemaItem {
  readonly kind: 'collection' | 'index' | 'role' | 'function' | 'access provider'
  readonly name: string
  readonly definition: Readonly<Record<string, ExprArg>>
}

/** Whether the token in use is of this type: `access` or `refresh`. */
const tokenIs = (type: string) =>
  q.Query(q.Lambda('account', q.Equals(q.Select(['data', 'type'], q.Get(q.CurrentToken())), type)))

/** What everybody who is signed in may do, however they prove it. */
export const moviePrivileges: readonly ExprArg[] = [
  {
    resource: q.Collection('Movie'),
    actions: { read: true, write: true, create: true, delete: true },
  },
  // Tells of the movies that its reader may read.
  { resource: q.Index('movies_by_change'), actions: { read: true } },
]

/** What the application's data is, and who may do what with it, each item after those it names. */
export const schema: readonly SchemaItem[] = [
  { kind: 'collection', name: 'Account', definition: {} },
  { kind: 'collection', name: 'Movie', definition: {} },

  // One account for one subject, one for one address: two first sign-ins at once make one account.
  {
    kind: 'index',
    name: 'accounts_by_subject',
    definition: {
      source: q.Collection('Account'),
      terms: [{ field: ['data', 'subject'] }],
      unique: true,
      serialized: true,
    },
  },
  {
    kind: 'index',
    name: 'accounts_by_email',
    definition: {
      source: q.Collection('Account'),
      terms: [{ field: ['data', 'email'] }],
      unique: true,
      serialized: true,
    },
  },

  // What must end when a sign-in ends, and when all of an account do. Serialized: a token made while
  // the others are deleted is not overlooked.
  {
    kind: 'index',
    name: 'tokens_by_session',
    definition: {
      source: q.Tokens(),
      terms: [{ field: ['data', 'session'] }],
      serialized: true,
    },
  },
  {
    kind: 'index',
    name: 'tokens_by_instance',
    definition: {
      source: q.Tokens(),
      terms: [{ field: 'instance' }],
      serialized: true,
    },
  },

  // Its entries change with every write of a movie, so that a stream of it tells of edits too.
  {
    kind: 'index',
    name: 'movies_by_change',
    definition: { source: q.Collection('Movie'), values: [{ field: 'ts' }], serialized: false },
  },

  // Every member sees and edits every movie. To keep each to its owner, store the account in the
  // document and ask for it here: q.Query(q.Lambda('movie', q.Equals(q.Select(...), q.CurrentIdentity())))
  {
    kind: 'role',
    name: 'AccountAccess',
    definition: {
      membership: [{ resource: q.Collection('Account'), predicate: tokenIs('access') }],
      privileges: [
        ...moviePrivileges,
        {
          resource: q.Collection('Account'),
          actions: {
            read: q.Query(q.Lambda('account', q.Equals(q.Var('account'), q.CurrentIdentity()))),
          },
        },
        // Shows only what its reader may read: the account of the token, or nothing.
        { resource: q.Index('accounts_by_email'), actions: { read: true } },
      ],
    },
  },

  // The function runs as this role, not as its caller: the caller could not touch a token.
  {
    kind: 'role',
    name: 'RefreshFunction',
    definition: {
      privileges: [
        {
          resource: q.Tokens(),
          actions: { read: true, write: true, create: true, delete: true },
        },
        { resource: q.Index('tokens_by_session'), actions: { read: true } },
      ],
    },
  },
  {
    kind: 'function',
    name: 'refresh',
    definition: { body: refreshBody, role: q.Role('RefreshFunction') },
  },
  {
    kind: 'role',
    name: 'AccountRefresh',
    definition: {
      membership: [{ resource: q.Collection('Account'), predicate: tokenIs('refresh') }],
      privileges: [{ resource: q.Function('refresh'), actions: { call: true } }],
    },
  },
]
