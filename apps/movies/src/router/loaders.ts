import { type LoaderFunctionArgs, redirect } from 'react-router'
import type { Application } from '../application/application.ts'
import type { Cursor } from '../database/movies.ts'
import { SessionEnded } from '../session/session.ts'
import { paths, signInPath } from './paths.ts'

/** What pages show, asked for before they are shown. Without a session, all lead to the sign-in page. */
export function loadersOf({ database }: Application) {
  return {
    movies: (args: LoaderFunctionArgs) =>
      orSignIn(args, async () => {
        const cursor = cursorOf(new URL(args.request.url).searchParams)
        const page = await (await database()).listMovies(cursor)
        if (page.movies.length > 0 || cursor.kind === 'first') return page
        // What this page began with is gone, and what came before or after it; there may be none at all.
        throw redirect(cursor.kind === 'after' ? lastPagePath : paths.movies)
      }),
    account: (args: LoaderFunctionArgs) =>
      orSignIn(args, async () => (await database()).currentAccount()),
  }
}

/** The page with the movie that was added last. */
export const lastPagePath = `${paths.movies}?at=last`

/** The page after or before an id. */
export function neighbourPath(direction: 'after' | 'before', id: string): string {
  return `${paths.movies}?${new URLSearchParams({ [direction]: id })}`
}

function cursorOf(search: URLSearchParams): Cursor {
  const after = search.get('after')
  if (after) return { kind: 'after', id: after }
  const before = search.get('before')
  if (before) return { kind: 'before', id: before }
  return { kind: search.get('at') === 'last' ? 'last' : 'first' }
}

async function orSignIn<T>({ request }: LoaderFunctionArgs, load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof SessionEnded)) throw error
    const { pathname, search } = new URL(request.url)
    throw redirect(signInPath(pathname + search))
  }
}
