import { type LoaderFunctionArgs, redirect, type ShouldRevalidateFunction } from 'react-router'
import type { Application } from '../application/application.ts'
import type { Cursor, MoviePage } from '../database/movies.ts'
import { SessionEnded } from '../session/session.ts'
import { problemOf } from '../words/problem.ts'
import { paths, signInPath } from './paths.ts'

/** A page of movies as it is now, or, if it could not be loaded again, as it was when it last was. */
export interface ShownMovies extends MoviePage {
  /** Why this is the page as it was. */
  readonly problem?: string | undefined
}

/** What pages show, asked for before they are shown. Without a session, all lead to the sign-in page. */
export function loadersOf({ database }: Application) {
  return {
    movies: keepingShown((args) =>
      orSignIn(args, async () => {
        const cursor = cursorOf(new URL(args.request.url).searchParams)
        const page = await (await database()).listMovies(cursor)
        if (page.movies.length > 0 || cursor.kind === 'first') return page
        // What this page began with is gone, and what came before or after it; there may be none at all.
        throw redirect(cursor.kind === 'after' ? lastPagePath : paths.movies)
      }),
    ),
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

/**
 * A list on show stays, with the problem, if it cannot be loaded again: whoever reads it has not asked for
 * that, and sees no reason why it should go. A list that is not there yet has nothing to stay.
 */
function keepingShown(load: (args: LoaderFunctionArgs) => Promise<MoviePage>): {
  loader(args: LoaderFunctionArgs): Promise<ShownMovies>
  shouldRevalidate: ShouldRevalidateFunction
} {
  let shown: { readonly url: string; readonly page: MoviePage } | undefined
  let isReload = false
  return {
    // The router asks before it loads what it shows already, and only then.
    shouldRevalidate({ currentUrl, nextUrl, defaultShouldRevalidate }) {
      isReload = currentUrl.href === nextUrl.href
      return defaultShouldRevalidate
    },
    async loader(args) {
      const { url } = args.request
      const kept = isReload && shown?.url === url ? shown.page : undefined
      isReload = false
      try {
        const page = await load(args)
        shown = { url, page }
        return page
      } catch (error) {
        if (kept === undefined || error instanceof Response) throw error
        return { ...kept, problem: problemOf(error).message }
      }
    },
  }
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
