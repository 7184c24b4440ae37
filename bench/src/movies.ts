/** The data that the data API is measured with: movies, and a member who may read and write them. */
import faunadb, { type Expr, type values } from 'faunadb'
import { clientOf, rootSecret } from './vivarium.ts'

const q = faunadb.query

/** Movies in a data API, and a token that a role admits to them. */
export interface Movies {
  /** The secret of the token. */
  readonly secret: string
  /** The refs of the movies, oldest first. */
  readonly refs: readonly values.Ref[]
}

const perQuery = 500

/** Makes the collections, the role, the account with its token, an index on `year`, and the movies. */
export async function createMovies(endpoint: string, count: number): Promise<Movies> {
  const client = clientOf(endpoint, rootSecret)
  await client.query(
    q.Do(q.CreateCollection({ name: 'Member' }), q.CreateCollection({ name: 'Film' })),
  )
  await client.query(
    q.CreateIndex({
      name: 'films_by_number',
      source: q.Collection('Film'),
      terms: [{ field: ['data', 'number'] }],
    }),
  )
  await client.query(
    q.CreateRole({
      name: 'member',
      membership: [{ resource: q.Collection('Member') }],
      privileges: [
        {
          resource: q.Collection('Film'),
          actions: { read: true, write: true, create: true, delete: true },
        },
        { resource: q.Index('films_by_number'), actions: { read: true } },
      ],
    }),
  )
  const member = await client.query<{ ref: values.Ref }>(
    q.Create(q.Collection('Member'), { data: { email: 'member@example.com' } }),
  )
  const token = await client.query<{ secret: string }>(
    q.Create(q.Tokens(), { instance: member.ref }),
  )
  const refs: values.Ref[] = []
  for (let from = 0; from < count; from += perQuery) {
    const numbers = Array.from({ length: Math.min(perQuery, count - from) }, (_, i) => from + i)
    const made = await client.query<values.Ref[]>(
      q.Map(
        numbers,
        q.Lambda('n', q.Select('ref', q.Create(q.Collection('Film'), { data: film(q.Var('n')) }))),
      ),
    )
    refs.push(...made)
  }
  client.close()
  return { secret: token.secret, refs }
}

/** What a movie holds. */
export function film(number: Expr | number) {
  return { title: 'Spirited Away', director: 'Hayao Miyazaki', year: 2001, number }
}

/** A query as the driver sends it, for the load generator. */
export function requestOf(query: Expr, secret: string) {
  return {
    body: JSON.stringify(query),
    headers: { authorization: `Bearer ${secret}`, 'x-faunadb-api-version': '4' },
  }
}

/** The answer to a request, as text. */
export async function answerTo(
  endpoint: string,
  request: ReturnType<typeof requestOf>,
): Promise<string> {
  const response = await fetch(endpoint, { method: 'POST', ...request })
  const text = await response.text()
  if (!response.ok) throw new Error(`the query failed: ${text}`)
  return text
}
