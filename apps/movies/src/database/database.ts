import type { Config } from '../config.ts'
import type { Session } from '../session/session.ts'
import { claimedAccount, currentAccount } from './account.ts'
import { openClient, openStream } from './client.ts'
import { follow } from './follow.ts'
import { addMovie, deleteMovie, listMovies, movieChanges, updateMovie } from './movies.ts'
import { accepts, logout, logoutEverywhere, timed, tradeRefreshToken } from './tokens.ts'

/** The database: tokens by their secrets, everything else under the session. */
export type Database = ReturnType<typeof openDatabase>

/** Binds the queries to an endpoint and to a session. */
export function openDatabase(
  { dataApiEndpoint: endpoint, dataApiSecret }: Config,
  session: Pick<Session, 'query'>,
) {
  const under = openClient(endpoint)
  const bind =
    <Arguments extends readonly unknown[], T>(
      query: (run: ReturnType<typeof under>, ...rest: Arguments) => Promise<T>,
    ) =>
    (...rest: Arguments): Promise<T> =>
      session.query((secret) => query(under(secret), ...rest))
  return {
    timed: (secret: string) => timed(under(secret), secret),
    accepts: (secret: string) => accepts(under(secret)),
    trade: (secret: string) => tradeRefreshToken(under(secret)),
    logout: (secret: string) => logout(under(secret)),
    logoutEverywhere: (secret: string) => logoutEverywhere(under(secret)),
    currentAccount: bind(dataApiSecret === 'id-token' ? claimedAccount : currentAccount),
    listMovies: bind(listMovies),
    addMovie: bind(addMovie),
    updateMovie: bind(updateMovie),
    deleteMovie: bind(deleteMovie),
    /** Calls `onChange` when movies may have changed, until the function that it gives is called. */
    followMovies: (onChange: () => void): (() => void) =>
      follow(
        (onEvent) =>
          session.query((secret) => openStream(endpoint, { secret, set: movieChanges, onEvent })),
        onChange,
      ),
  }
}
