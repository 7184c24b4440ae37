import { type Expr, query as q } from 'faunadb'
import type { Run } from './client.ts'
import { field, idOf, list, number, optionalField, text } from './decode.ts'

/** What a person tells about a movie. */
export interface MovieDetails {
  readonly title: string
  readonly director: string
  readonly year: number
}

/** A movie in the database; `ts` is the time of its last change. */
export interface Movie extends MovieDetails {
  readonly id: string
  readonly ts: number
}

/** Where a page begins or ends: at an id, or at an end of the list. */
export type Cursor =
  | { readonly kind: 'first' }
  | { readonly kind: 'last' }
  | { readonly kind: 'after'; readonly id: string }
  | { readonly kind: 'before'; readonly id: string }

/** One page, in the order in which the movies were added; `before` and `after` lead to its neighbours. */
export interface MoviePage {
  readonly movies: readonly Movie[]
  readonly before: string | undefined
  readonly after: string | undefined
}

/** How many movies a page has. */
export const pageSize = 10

/** Somebody else changed or deleted the movie in the meantime. */
export class MovieChanged extends Error {
  override readonly name = 'MovieChanged'
}

const collection = q.Collection('Movie')
const refOf = (id: string): Expr => q.Ref(collection, id)

/** All movies, each by its last change: what is edited leaves this set and enters it again. */
export const movieChanges = q.Match(q.Index('movies_by_change'))

/** One page of movies. */
export async function listMovies(run: Run, cursor: Cursor): Promise<MoviePage> {
  const page = await run(
    q.Map(
      q.Paginate(q.Documents(collection), { size: pageSize, ...cursorOption(cursor) }),
      q.Lambda('ref', q.Get(q.Var('ref'))),
    ),
  )
  return {
    movies: list(field(page, 'data')).map(movieOf),
    before: cursorId(optionalField(page, 'before')),
    after: cursorId(optionalField(page, 'after')),
  }
}

/** Adds a movie; it comes last. */
export async function addMovie(run: Run, data: MovieDetails): Promise<Movie> {
  return movieOf(await run(q.Create(collection, { data })))
}

/** Changes a movie, unless somebody else has since it was read. @throws MovieChanged */
export async function updateMovie(
  run: Run,
  { movie, data }: { readonly movie: Movie; readonly data: MovieDetails },
): Promise<Movie> {
  return movieOf(await unchanged(run, movie, q.Update(refOf(movie.id), { data })))
}

/** Deletes a movie, unless somebody else has changed it since it was read. @throws MovieChanged */
export async function deleteMovie(run: Run, movie: Movie): Promise<void> {
  await unchanged(run, movie, q.Delete(refOf(movie.id)))
}

/** One transaction: the comparison and the write see the same movie. */
async function unchanged(run: Run, { id, ts }: Movie, write: Expr): Promise<unknown> {
  const current = q.Select('ts', q.Get(refOf(id)))
  const isUnchanged = q.If(q.Exists(refOf(id)), q.Equals(current, ts), false)
  const answer = await run(q.If(isUnchanged, write, null))
  if (answer === null) throw new MovieChanged()
  return answer
}

function cursorOption(cursor: Cursor): object {
  switch (cursor.kind) {
    case 'first':
      return {}
    case 'last':
      return { before: null }
    case 'after':
      return { after: [refOf(cursor.id)] }
    case 'before':
      return { before: [refOf(cursor.id)] }
  }
}

/** Where a neighbouring page begins. `[null]` is the end of the list, given back as it was sent. */
function cursorId(cursor: unknown): string | undefined {
  if (cursor === undefined) return undefined
  const [position] = list(cursor)
  return position === null ? undefined : idOf(position)
}

function movieOf(document: unknown): Movie {
  const data = field(document, 'data')
  return {
    id: idOf(field(document, 'ref')),
    ts: number(field(document, 'ts')),
    title: text(field(data, 'title')),
    director: text(field(data, 'director')),
    year: number(field(data, 'year')),
  }
}
