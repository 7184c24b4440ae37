/** A PostgreSQL server of a contender's own, so that what it uses is told apart. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startPostgresServer } from '@vivarium/store/testing'
import pg from 'pg'

/** A database server that is up. */
export interface Database {
  readonly url: string
  /** Its first process; those of its clients descend from it. */
  readonly pid: number
  stop(): Promise<void>
}

/** How it differs from PostgreSQL's defaults. Every commit is flushed to the disk, as Vivarium's own store does. */
export const databaseSettings = { fsync: 'on', shared_buffers: '256MB' } as const

/** Starts an empty one. */
export async function startDatabase(): Promise<Database> {
  const server = await startPostgresServer(databaseSettings)
  try {
    const url = server.url()
    return { url, pid: await pidOf(url), stop: () => server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** The first line of a server's lock file is the number of its first process. */
async function pidOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory')
  await client.end()
  const lock = readFileSync(join(rows[0]?.data_directory ?? '', 'postmaster.pid'), 'utf8')
  return Number(lock.split('\n')[0])
}
