/**
 * `refresh()`: trades the refresh token in use for a new access and a new refresh token.
 *
 * A refresh token is good once. It is not deleted when it is used but marked, so that a second use is
 * noticed: then somebody has a copy, nobody can tell who, and every token of the sign-in is deleted. The
 * answer is null then, not an error, for an error would undo the deletions. Two uses at the same time
 * conflict on the token's document, so one comes second and finds the mark.
 *
 * Whoever holds a token may delete any other token of its account: the language gives that right to all
 * of them. So a thief could trade a stolen token and then delete it, and its owner's second use would go
 * unnoticed. Therefore a token remembers those it descends from (`traded`), each lives as long as its
 * youngest descendant may be traded, and a token of whose line one is missing counts as used.
 *
 *   sign-in ──> R1 ──────> R2 ──────> R3        R3.data.traded = [R1, R2]
 *               usedAt     usedAt     good once
 *
 * The new refresh token inherits the data of the old one: the sign-in, both lifetimes, and `sessionEnds`,
 * beyond which no token lives. So a sign-in that nobody revoked still ends, and the user pool is asked
 * again whether the user may sign in.
 */
import faunadb, { type Expr } from 'faunadb'

const { query: q } = faunadb

const ofToken = (...path: readonly string[]) => q.Select([...path], q.Var('token'))

/** The tokens that this one descends from and that must still be there: `{id, until}` each. */
const line = q.Filter(
  q.Select(['data', 'traded'], q.Var('token'), []),
  q.Lambda('one', q.GT(q.Select('until', q.Var('one')), q.Now())),
)

const missing = q.Filter(
  q.Var('line'),
  q.Lambda('one', q.Not(q.Exists(q.Ref(q.Tokens(), q.Select('id', q.Var('one')))))),
)

const isUsed = q.Or(q.ContainsPath(['data', 'usedAt'], q.Var('token')), q.IsNonEmpty(missing))

// A page from the end of the set, where the newest tokens are: should a thief have made more than one
// page of them, those beyond it are the oldest, which expire first.
const revokeSession = q.Foreach(
  q.Paginate(q.Match(q.Index('tokens_by_session'), ofToken('data', 'session')), {
    size: 10_000,
    before: null,
  }),
  q.Lambda('one', q.Delete(q.Var('one'))),
)

/** So many seconds from now, but never past the end of the sign-in. */
const expiry = (seconds: Expr) =>
  q.Min(q.TimeAdd(q.Now(), seconds, 'seconds'), ofToken('data', 'sessionEnds'))

const markUsed = q.Update(q.CurrentToken(), {
  ttl: q.Var('until'),
  data: { usedAt: q.Now() },
})

const traded = { id: q.Select('id', q.CurrentToken()), until: q.Var('until') }

const newPair = q.Let(
  {
    access: q.Create(q.Tokens(), {
      instance: ofToken('instance'),
      ttl: expiry(ofToken('data', 'accessSeconds')),
      data: { type: 'access', session: ofToken('data', 'session') },
    }),
    refresh: q.Create(q.Tokens(), {
      instance: ofToken('instance'),
      ttl: q.Var('until'),
      data: q.Merge(ofToken('data'), { traded: q.Append([traded], q.Var('line')) }),
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

/** The function's body. */
export const refreshBody = q.Query(
  q.Lambda(
    [],
    q.Let(
      {
        token: q.Get(q.CurrentToken()),
        line,
        until: expiry(ofToken('data', 'refreshSeconds')),
      },
      q.If(isUsed, q.Let({ revoked: revokeSession }, null), q.Do(markUsed, newPair)),
    ),
  ),
)
