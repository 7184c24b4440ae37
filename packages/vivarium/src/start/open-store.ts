import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { type Store, StoreError } from '@vivarium/store'
import type { PostgresSetting } from '../command/postgres-url.ts'
import type { StoreSetting } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import { codeOf } from './data-directory.ts'

/** Opens the store that is set; one on PostgreSQL is there once this resolves. @throws StartError */
export async function openStore(setting: StoreSetting): Promise<Store> {
  if (setting.kind === 'postgres') return openPostgres(setting)
  const { openLmdbStore, openMemoryStore } = await import('@vivarium/store')
  if (setting.kind === 'memory') return openMemoryStore()
  try {
    return openLmdbStore({ path: setting.path })
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause
    throw new StartError(cause.message, { cause })
  }
}

/** The store in words: to be compared with what was seeded, and shown. There is no password in it. */
export function storeName(setting: StoreSetting): string {
  if (setting.kind === 'postgres') return setting.place
  return setting.kind === 'memory' ? 'memory:' : `lmdb:${setting.path}`
}

async function openPostgres(setting: PostgresSetting): Promise<Store> {
  const { openPostgresStore } = await import('@vivarium/store/postgres')
  return withPostgres(setting, async (options) => {
    const store = openPostgresStore(options)
    try {
      await store.transact(() => undefined, { intent: 'read' })
      return store
    } catch (error) {
      await store.close()
      throw error
    }
  })
}

/** Whether there is a store on PostgreSQL; makes none. @throws StartError */
export async function findPostgres(setting: PostgresSetting): Promise<boolean> {
  const { findPostgresStore } = await import('@vivarium/store/postgres')
  return withPostgres(setting, findPostgresStore)
}

interface PostgresOptions {
  readonly url: string
  readonly schema: string
  readonly connectionsMax?: number
}

/** Does something with a store on PostgreSQL. @throws StartError, which says what to do about it */
async function withPostgres<T>(
  { url, schema, connectionsMax, files }: PostgresSetting,
  use: (options: PostgresOptions) => Promise<T>,
): Promise<T> {
  for (const file of files) await checkReadable(file)
  try {
    return await use({ url, schema, ...(connectionsMax !== undefined && { connectionsMax }) })
  } catch (cause) {
    if (!(cause instanceof StoreError)) throw cause
    const advice = adviceFor(cause.cause)
    throw new StartError(advice === undefined ? cause.message : `${cause.message}. ${advice}`, {
      cause,
    })
  }
}

async function checkReadable(file: string): Promise<void> {
  try {
    await access(file, constants.R_OK)
  } catch (cause) {
    throw new StartError(`${file} cannot be read: ${codeOf(cause)}.`, { cause })
  }
}

/** What to do about what the driver, the server or TLS says; undefined if that says it itself. */
function adviceFor(cause: unknown): string | undefined {
  const said = cause instanceof Error ? `${codeOf(cause)} ${cause.message}` : ''
  return advices.find(([pattern]) => pattern.test(said))?.[1]
}

const advices: readonly (readonly [RegExp, string])[] = [
  [/^28\w* .*no encryption/, 'It takes encrypted connections only: add sslmode=verify-full.'],
  [
    /^28|SASL|SCRAM/,
    'Check the user, and the password in VIVARIUM_STORE, PGPASSWORD or ~/.pgpass.',
  ],
  [/^3D/, 'Create it, or name another in --store.'],
  [/^42501/, 'Give the user CREATE on the database, or a schema of its own with schema=NAME.'],
  [/does not support SSL/, 'Leave out sslmode, or turn TLS on at the server.'],
  [/ALTNAME/, 'Name the host in --store as its certificate does.'],
  [/SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/, 'Name its authority: sslrootcert=FILE.'],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|timeout/,
    'Is it running, and there?',
  ],
]
