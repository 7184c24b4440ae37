/**
 * Sign-out means it: when sign-ins of a user end, so do the Fauna tokens that were given with them.
 *
 * The tokens are found through the indexes of the seeded schema: those of one sign-in by its id, all of a
 * user's by the account with the user's subject. They are deleted page by page from the start of the set
 * until a page is not full. Both indexes are serialized, so a token made meanwhile is either seen or makes
 * its maker try again; and every refresh token that could make another is among those deleted.
 */
import faunadb, { type Client, type Expr } from 'faunadb'
import { dataApiEndpoint } from '../data-api-endpoint.ts'
import { type RetryOptions, withRetries } from './with-retries.ts'

const { query: q } = faunadb

/** The sign-ins that ended: one, or all of a user. A part of the user pools' `SessionsEnded`. */
export interface EndedSignIns {
  readonly userPoolId: string
  /** The user's `sub`. */
  readonly sub: string
  /** The one that ended, by its `origin_jti`; undefined: all of the user's. */
  readonly originJti?: string | undefined
}

/** Tokens that may still work until they expire, because they could not be deleted. */
export interface SignOutFailure {
  readonly userPoolId: string
  readonly sub: string
  /** Why, without the query: the driver's own errors carry it. */
  readonly reason: string
}

/** Settings of `createSignOutHandler`. */
export interface SignOutHandlerOptions {
  /** The data API's address. Never `*.fauna.com`. */
  readonly endpoint: string
  /**
   * The secret of a server key; a function is asked at each sign-out, so that it may be minted or rotated
   * while the server runs.
   */
  readonly serverKey: string | (() => string | Promise<string>)
  /** Told of each sign-out that could not end its tokens. Default: nobody is. */
  readonly onFailure?: ((failure: SignOutFailure) => void) | undefined
  /** How often and how long each page is tried. */
  readonly retries?: RetryOptions | undefined
}

/** The hook for the user pools' option `sessionsEnded`. Never rejects. */
export interface SignOutHandler {
  (ended: EndedSignIns): Promise<void>
  /** Closes the connection to the data API. */
  close(): Promise<void>
}

/** Tokens deleted by one query. */
const pageSize = 256

/**
 * Makes the hook.
 *
 * @throws EndpointError
 */
export function createSignOutHandler(options: SignOutHandlerOptions): SignOutHandler {
  const { serverKey, onFailure = () => {}, retries } = options
  // A secret comes with each query: it may change.
  const client: Client = new faunadb.Client({
    endpoint: dataApiEndpoint(options.endpoint),
    secret: '',
  })
  const signOut = async (ended: EndedSignIns): Promise<void> => {
    try {
      const deletePage = deletePageOf(ended)
      for (;;) {
        const deleted: unknown = await withRetries(async (signal) => {
          const secret = typeof serverKey === 'string' ? serverKey : await serverKey()
          return client.query<object>(deletePage, { secret, signal })
        }, retries)
        if (typeof deleted !== 'number' || deleted < pageSize) return
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      onFailure({ userPoolId: ended.userPoolId, sub: ended.sub, reason })
    }
  }
  return Object.assign(signOut, { close: () => client.close({ force: true }) })
}

/** Deletes a page of the tokens that ended, and tells how many it held. */
function deletePageOf({ userPoolId, sub, originJti }: EndedSignIns): Expr {
  if (originJti !== undefined) return deleteFirst(q.Match(q.Index('tokens_by_session'), originJti))
  const account = q.Match(q.Index('accounts_by_subject'), `${userPoolId}/${sub}`)
  return q.If(
    q.Exists(account),
    deleteFirst(q.Match(q.Index('tokens_by_instance'), q.Select('ref', q.Get(account)))),
    0,
  )
}

function deleteFirst(tokens: Expr): Expr {
  const page = q.Paginate(tokens, { size: pageSize })
  const deleted = q.Foreach(page, q.Lambda('token', q.Delete(q.Var('token'))))
  return q.Count(q.Select('data', deleted))
}
