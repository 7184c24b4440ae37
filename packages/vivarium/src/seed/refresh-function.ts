/**
 * `refresh()`: trades the refresh token in use for a new access and a new refresh token.
 *
 * A refresh token is good once. It is not deleted when it is used but marked, so that a second use is
 * noticed: then somebody has a copy, nobody can tell who, and every token of the sign-in is deleted. The
 * answer is null then, not an error, for an error would undo the deletions. Two uses at the same time
 * conflict on the token's document, so one comes second and finds the mark.
 *
 * The new refresh token inherits the data of the old one: the sign-in, both lifetimes, and `sessionEnds`,
 * beyond which no token lives. So a sign-in that nobody revoked still ends, and the user pool is asked
 * again whether the user may sign in.
 */
import faunadb, { type Expr } from 'faunadb'

const { query: q } = faunadb

const ofToken = (...path: readonly string[]) => q.Select([...path], q.Var('token'))

/** So many seconds from now, but never past the end of the sign-in. */
const expiry = (seconds: Expr) =>
  q.Let(
    { full: q.TimeAdd(q.Now(), seconds, 'seconds'), end: ofToken('data', 'sessionEnds') },
    q.If(q.LT(q.Var('full'), q.Var('end')), q.Var('full'), q.Var('end')),
  )

const newPair = q.Let(
  {
    access: q.Create(q.Tokens(), {
      instance: ofToken('instance'),
      ttl: expiry(ofToken('data', 'accessSeconds')),
      data: { type: 'access', session: ofToken('data', 'session') },
    }),
    refresh: q.Create(q.Tokens(), {
      instance: ofToken('instance'),
      ttl: expiry(ofToken('data', 'refreshSeconds')),
      data: ofToken('data'),
    }),
  },
  {
    access_token: {
      secret: q.Select('secret', q.Var('access')),
      expires_at: q.Select('ttl', q.Var('access')),
    },
    refresh_token: {
      secret: q.Select('secret', q.Var('refresh')),
      expires_at: q.Select('ttl', q.Var('refresh')),
    },
  },
)

// A page from the end of the set, where the newest tokens are: should a thief have made more than one
// page of them, those beyond it are the oldest, which expire first.
const revokeSession = q.Foreach(
  q.Paginate(q.Match(q.Index('tokens_by_session'), ofToken('data', 'session')), {
    size: 10_000,
    before: null,
  }),
  q.Lambda('one', q.Delete(q.Var('one'))),
)

/** The function's body. */
export const refreshBody = q.Query(
  q.Lambda(
    [],
    q.Let(
      { token: q.Get(q.CurrentToken()) },
      q.If(
        q.ContainsPath(['data', 'usedAt'], q.Var('token')),
        q.Let({ revoked: revokeSession }, null),
        q.Do(q.Update(q.CurrentToken(), { data: { usedAt: q.Now() } }), newPair),
      ),
    ),
  ),
)
