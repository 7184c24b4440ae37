/**
 * A snapshot of the tables: a transaction of the database that only reads, on a connection of its own.
 *
 * It is asked for page after page and holds no lock, but the database keeps what others remove meanwhile.
 */
import { type Bytes, type Entry, type Snapshot, snapshotPageBytes } from '../store.ts'
import type { Connection, Database } from './database.ts'
import { storeErrorOf } from './failures.ts'
import type { Statements } from './statements.ts'

/** Most entries of a page. */
const pageEntriesMax = 5_000

/** How long whoever writes a page away may take for it: the pool's own limit is for transactions that write. */
const idleTimeout = `SET LOCAL idle_in_transaction_session_timeout = '10min'`

/** Takes a snapshot. @throws StoreError */
export async function takeSnapshot(database: Database, statements: Statements): Promise<Snapshot> {
  const { where } = database
  let connection: Connection | undefined
  let isOpen = true
  try {
    const held = await database.connect()
    connection = held
    await held.run({ text: 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY' })
    await held.run({ text: idleTimeout })
    // The first statement that reads sets the moment.
    const [[last] = []] = await held.run({ text: statements.last })
    return {
      timestamp: typeof last === 'bigint' ? last : 0n,
      pages: pagesFrom(held, statements, where),
      close: async () => {
        if (!isOpen) return
        isOpen = false
        await held.run({ text: 'ROLLBACK' }).catch(() => {})
        held.release()
      },
    }
  } catch (error) {
    await connection?.run({ text: 'ROLLBACK' }).catch(() => {})
    connection?.release()
    throw storeErrorOf(error, where)
  }
}

async function* pagesFrom(
  connection: Connection,
  { page }: Statements,
  where: string,
): AsyncGenerator<readonly Entry[]> {
  // Before every key.
  let after: Bytes = Buffer.alloc(0)
  for (;;) {
    const values = [after, pageEntriesMax, snapshotPageBytes]
    const rows = await connection
      .run({ name: 'page', text: page, values })
      .catch((error: unknown) => {
        throw storeErrorOf(error, where)
      })
    const entries = rows.map((row) => {
      const [key, value] = row as readonly [Bytes, Bytes]
      return { key, value }
    })
    const last = entries.at(-1)
    if (last === undefined) return
    yield entries
    after = last.key
  }
}
