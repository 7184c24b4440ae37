import { query as q } from 'faunadb'
import type { Run } from './client.ts'
import { field, idOf, text } from './decode.ts'

/** Who is signed in. */
export interface Account {
  readonly id: string
  readonly email: string
}

/** The account of an access token: a document of the database. */
export async function currentAccount(run: Run): Promise<Account> {
  const answer = await run({
    ref: q.CurrentIdentity(),
    email: q.Select(['data', 'email'], q.Get(q.CurrentIdentity()), ''),
  })
  return { id: idOf(field(answer, 'ref')), email: text(field(answer, 'email')) }
}

/** Who an ID token says one is; the database has checked its claims, and keeps no document of it. */
export async function claimedAccount(run: Run): Promise<Account> {
  const answer = await run({
    sub: q.CurrentIdentity(),
    email: q.Select('email', q.CurrentToken(), ''),
  })
  return { id: text(field(answer, 'sub')), email: text(field(answer, 'email')) }
}
