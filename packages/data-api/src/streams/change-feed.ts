/**
 * The feed of changes: between transactions, which know what they changed, and streams, which want to.
 *
 * ```
 * query ── records while somebody follows its database ── commit ── publish ──► feed ──► followers
 * ```
 *
 * A feed may reach other processes: whoever publishes need not be where the followers are.
 */
import type { DatabaseId } from '@vivarium/fql'
import type { Change } from '../model/changes.ts'

/** What one committed transaction changed. */
export interface Commit {
  /** The commit time, in microseconds since the Unix epoch. */
  readonly timestamp: bigint
  readonly changes: readonly Change[]
}

/** Passes on what is committed. */
export interface ChangeFeed {
  /**
   * Whether the changes of a database have to be recorded. Asked inside transactions, so it answers at
   * once.
   */
  isWatched(database: DatabaseId): boolean

  /** Passes on a commit. Called once for each, in the order of commits; its followers never throw. */
  publish(commit: Commit): void

  /**
   * Follows a database: `follower` is given every commit that changes it, with its changes there alone, in
   * the order of commits. When the promise has resolved, it misses no transaction whose counting run
   * begins from then on. Those that are under way may be left out: they have earlier timestamps than a
   * transaction of intent `write` that begins afterwards and writes.
   *
   * @returns what ends it
   */
  subscribe(database: DatabaseId, follower: (commit: Commit) => void): Promise<() => void>
}

/** The feed of one process: its own commits. */
export function createLocalFeed(): ChangeFeed {
  const followers = new Map<DatabaseId, Set<(commit: Commit) => void>>()
  return {
    isWatched: (database) => followers.has(database),
    publish: ({ timestamp, changes }) => {
      for (const database of new Set(changes.map(({ ref }) => ref.database))) {
        const own = changes.filter(({ ref }) => ref.database === database)
        for (const follower of followers.get(database) ?? []) follower({ timestamp, changes: own })
      }
    },
    subscribe: async (database, follower) => {
      const others = followers.get(database) ?? new Set()
      followers.set(database, others.add(follower))
      return () => {
        others.delete(follower)
        if (others.size === 0 && followers.get(database) === others) followers.delete(database)
      }
    },
  }
}
