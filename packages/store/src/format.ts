/**
 * What a store holds, and whether this version can read it.
 *
 * A record in the store itself names the format of what its users wrote, so that every process finds out at
 * its start, on every backend. (How a backend lays out entries is its own matter, and its own check.)
 *
 * ```
 * EF 'f' → {"format":2}                              ready to be used
 *        → {"format":2,"from":1,"next":"f06400…"}    being upgraded: what is left begins at that key
 *        → {"format":2,"restoring":true}             being restored: nobody may use it yet
 * ```
 *
 * An upgrade is a chain of small transactions. Each reads the record and moves it on, so that any number of
 * processes may do it at once, and a crash leaves a place from which the next goes on.
 */
import { type Bytes, type Store, StoreError, type Transaction } from './store.ts'

/** A step from one format to the next: format n + 1 from n is at place n - 1 of the list. */
export interface Migration {
  /** What it does, for the log. */
  readonly name: string
  /**
   * Does a bounded piece of the work, from the key `next` on (undefined: from the start), and gives the key
   * at which the next piece begins; undefined if nothing is left. It must find its own work done already,
   * and never touch what this module keeps.
   */
  step(transaction: Transaction, next: Bytes | undefined): Bytes | undefined
}

/** What the record says. */
export type FormatRecord =
  | { readonly kind: 'ready'; readonly format: number }
  | {
      readonly kind: 'upgrading'
      readonly format: number
      readonly from: number
      readonly next?: Bytes
    }
  | { readonly kind: 'restoring'; readonly format: number }

/** Where the record is: before everything else. */
export const formatKey: Bytes = Buffer.from([0xef, 0x66])

/** The keys of everything but the record. */
export const contentRange: readonly [from: Bytes, to: Bytes] = [
  Buffer.from([0xef, 0x67]),
  Buffer.alloc(64, 0xff),
]

/** The format of stores that were written before there was a record. */
export const formatWithoutRecord = 1

/** The format that a list of migrations leads to. */
export function formatAfter(migrations: readonly Migration[]): number {
  return formatWithoutRecord + migrations.length
}

/** What the record of a store says; undefined if it has none. */
export function readFormat(transaction: Transaction): FormatRecord | undefined {
  const value = transaction.get(formatKey)
  return value === undefined ? undefined : decodeFormat(value)
}

/** Sets the record. */
export function writeFormat(transaction: Transaction, record: FormatRecord): void {
  transaction.put(formatKey, encode(record))
}

/** Whether there is anything in the store but the record. */
export function isEmpty(transaction: Transaction): boolean {
  for (const _ of transaction.range(...contentRange, { expected: 1 })) return false
  return true
}

/**
 * What keeps this version from using a store, in words; undefined if nothing does. An upgrade that is due or
 * under way is no obstacle.
 */
export function obstacleIn(
  record: FormatRecord | undefined,
  formatMax: number,
): string | undefined {
  if (record === undefined) return undefined
  if (record.format > formatMax) {
    return (
      `This store was written by a newer Vivarium (format ${record.format}; this one reads up to ` +
      `${formatMax}): start that version or a newer one, or restore a backup that this one made`
    )
  }
  if (record.kind !== 'restoring') return undefined
  return 'A restore into this store has not come to its end: run vivarium restore again'
}

/**
 * Sees to it that a store has the format of this version: a new one is given it, an older one is upgraded.
 *
 * @param onMigration told when a migration begins or is taken up again
 * @throws StoreError `format` if a newer version wrote it, or a restore into it has not ended
 */
export async function bringUpToDate(
  store: Store,
  migrations: readonly Migration[],
  onMigration: (migration: Migration) => void = () => {},
): Promise<void> {
  const current = formatAfter(migrations)
  const { value: found } = await store.transact(readFormat, { intent: 'read' })
  if (found?.kind === 'ready' && found.format === current) return
  let last: Migration | undefined
  for (;;) {
    const { value: migration } = await store.transact((transaction) =>
      stepTowards(current, migrations, transaction),
    )
    if (migration === undefined) return
    if (migration !== last) onMigration(migration)
    last = migration
  }
}

/** Does one piece of what is left; gives the migration that it belongs to, undefined if nothing is left. */
function stepTowards(
  current: number,
  migrations: readonly Migration[],
  transaction: Transaction,
): Migration | undefined {
  const record = readFormat(transaction) ?? firstRecord(transaction, current)
  const obstacle = obstacleIn(record, current)
  if (obstacle !== undefined) throw new StoreError('format', obstacle)
  if (record.kind === 'ready' && record.format === current) {
    if (transaction.get(formatKey) === undefined) writeFormat(transaction, record)
    return undefined
  }
  const from = record.kind === 'upgrading' ? record.from : record.format
  const migration = migrations[from - formatWithoutRecord]
  if (migration === undefined) throw new StoreError('format', 'The record of its format is damaged')
  const next = migration.step(
    transaction,
    record.kind === 'upgrading' && record.format === from + 1 ? record.next : undefined,
  )
  if (next === undefined) writeFormat(transaction, { kind: 'ready', format: from + 1 })
  else writeFormat(transaction, { kind: 'upgrading', format: from + 1, from, next })
  return migration
}

/** What a store has that no record was written into yet. */
function firstRecord(transaction: Transaction, current: number): FormatRecord {
  return { kind: 'ready', format: isEmpty(transaction) ? current : formatWithoutRecord }
}

function encode(record: FormatRecord): Bytes {
  const { format } = record
  switch (record.kind) {
    case 'ready':
      return Buffer.from(JSON.stringify({ format }))
    case 'restoring':
      return Buffer.from(JSON.stringify({ format, restoring: true }))
    case 'upgrading': {
      const next = record.next && Buffer.from(record.next).toString('hex')
      return Buffer.from(JSON.stringify({ format, from: record.from, next }))
    }
  }
}

/** The record from its value. @throws StoreError `format` if it is damaged */
export function decodeFormat(value: Bytes): FormatRecord {
  const { format, from, next, restoring } = parse(value)
  if (!isFormat(format)) throw new StoreError('format', 'The record of its format is damaged')
  if (restoring === true) return { kind: 'restoring', format }
  if (!isFormat(from)) return { kind: 'ready', format }
  return {
    kind: 'upgrading',
    format,
    from,
    ...(typeof next === 'string' && { next: Buffer.from(next, 'hex') }),
  }
}

const isFormat = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0

function parse(value: Bytes): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(value).toString('utf8'))
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
