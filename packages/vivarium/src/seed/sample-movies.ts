import faunadb from 'faunadb'
import type { SeedingClient } from './seeding-client.ts'

const { query: q } = faunadb

const movies = [
  { title: 'Metropolis', director: 'Fritz Lang', year: 1927 },
  { title: 'Stalker', director: 'Andrei Tarkovsky', year: 1979 },
]

/**
 * Adds two movies, once: the collection itself remembers that it had them, so that a movie that somebody
 * deleted does not come back. A collection that already has documents is given none.
 *
 * @throws SeedError
 */
export async function addSampleMovies(
  client: SeedingClient,
  report: (change: string) => void,
): Promise<void> {
  const collection = q.Collection('Movie')
  const added = await client.query(
    'add the sample movies',
    q.If(
      q.Select(['data', 'hadSamples'], q.Get(collection), false),
      false,
      q.Let(
        { hasMovies: q.Exists(q.Documents(collection)) },
        q.Do(
          q.Update(collection, { data: { hadSamples: true } }),
          q.If(
            q.Var('hasMovies'),
            false,
            q.Do(...movies.map((movie) => q.Create(collection, { data: movie })), true),
          ),
        ),
      ),
    ),
  )
  if (added === true) report('added two sample movies')
}
