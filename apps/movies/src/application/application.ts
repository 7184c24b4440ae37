import type { Config } from '../config.ts'
import type { Database } from '../database/database.ts'
import { isUnauthorized } from '../database/status.ts'
import { openLock } from '../session/browser-lock.ts'
import { openVault } from '../session/cookie-vault.ts'
import { openSession, type Session } from '../session/session.ts'
import type { UserPool } from '../user-pool/user-pool.ts'
import { secretsOf } from './secrets.ts'

/**
 * Everything a page can ask for. The two clients are loaded when they are first needed: the sign-in page
 * has no use for the database's, and a page of movies none for the user pool's.
 */
export interface Application {
  readonly config: Config
  readonly session: Session
  userPool(): Promise<UserPool>
  database(): Promise<Database>
}

/** Puts the parts together. */
export async function openApplication(config: Config): Promise<Application> {
  const userPool = once(async () => {
    const { openUserPool } = await import('../user-pool/user-pool.ts')
    return openUserPool(config)
  })
  const database = once(async () => {
    const { openDatabase } = await import('../database/database.ts')
    return openDatabase(config, session)
  })
  const session: Session = openSession({
    vault: await openVault(config.dataApiSecret),
    lock: openLock(),
    nowMs: Date.now,
    isUnauthorized,
    trade: async ({ secret }) => (await database()).trade(secret),
    async signInAgain(held) {
      const signedIn = await (await userPool()).signInAgain(held)
      return (
        signedIn && {
          ...(await secretsOf({ config, database }, signedIn)),
          signIn: signedIn.signIn,
        }
      )
    },
  })
  return { config, session, userPool, database }
}

/** Loads once; a failure is not kept, so that the next attempt tries again. */
function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined
      throw error
    })
    return loaded
  }
}
