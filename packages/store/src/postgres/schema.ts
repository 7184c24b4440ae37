import { StoreError } from '../store.ts'
import type { Database } from './database.ts'
import { isConcurrentCreation, isForeignTable, isMissingTable, storeErrorOf } from './failures.ts'
import type { Statements } from './statements.ts'

/** The version of the tables. */
const format = 1n

/** How often to try again what others do at the same moment. */
const creationsMax = 20

/** After how long a store that was closed long ago is forgotten: 30 days, in microseconds. */
const writerMicrosMax = 30n * 24n * 3_600_000_000n

/**
 * Makes the tables unless they are there, and gives the time of the last commit.
 *
 * Any number of processes may do so at once: every step may find itself done.
 *
 * @throws StoreError `format` if a newer version or somebody else made them
 */
export async function openSchema(database: Database, statements: Statements): Promise<bigint> {
  try {
    return await lastOf(database, statements)
  } catch (error) {
    if (!isMissingTable(error)) throw openingErrorOf(error, database)
  }
  for (let creations = 1; ; creations++) {
    try {
      for (const text of statements.create) await database.run({ text })
      await database.run({ text: statements.initialise, values: [format] })
      return await lastOf(database, statements)
    } catch (error) {
      if (creations >= creationsMax || !isConcurrentCreation(error)) {
        throw openingErrorOf(error, database)
      }
    }
  }
}

/**
 * Whether the tables are there; makes none.
 *
 * @throws StoreError `format` if a newer version or somebody else made them
 */
export async function findSchema(database: Database, statements: Statements): Promise<boolean> {
  try {
    await lastOf(database, statements)
    return true
  } catch (error) {
    if (isMissingTable(error)) return false
    throw openingErrorOf(error, database)
  }
}

async function lastOf(database: Database, statements: Statements): Promise<bigint> {
  const rows = await database.read({ text: statements.describe })
  const described = new Map(rows.map(([name, value]) => [name, value]))
  const found = described.get('format')
  const last = described.get('last')
  if (found === undefined && described.size === 0) {
    // Somebody else has made the tables and is about to fill them.
    await database.run({ text: statements.initialise, values: [format] })
    return 0n
  }
  if (typeof found !== 'bigint' || typeof last !== 'bigint') {
    throw new StoreError('format', `The tables at ${database.where} are not a store of ours.`)
  }
  if (found > format) {
    throw new StoreError(
      'format',
      `The store at ${database.where} has format ${found}; this version knows ${format} at most.`,
    )
  }
  await database.read({ text: statements.checkTables })
  // Who may not write has nothing to forget.
  await database
    .run({ text: statements.forgetWriters, values: [last - writerMicrosMax] })
    .catch(() => {})
  return last
}

function openingErrorOf(error: unknown, database: Database): StoreError {
  if (!isForeignTable(error)) return storeErrorOf(error, database.where)
  return new StoreError('format', `The tables at ${database.where} are not a store of ours.`, {
    cause: error,
  })
}
