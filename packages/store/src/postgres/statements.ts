/**
 * The SQL of the store, and how what is asked becomes its parameters and its rows become answers.
 *
 * Everything is read by one statement, however much is asked: keys, pages of ranges, and whether what was
 * read before is still so. Every entry carries the time of the transaction that wrote it, its version. Times
 * ascend, so a key is unchanged if its version is the same, and a stretch of keys if it has as many entries
 * as before and the same latest version: whoever adds or changes one brings a later version, and whoever
 * only removes some leaves fewer.
 */
import { compareBytes, mapKey } from '../bytes.ts'
import type { Bytes } from '../store.ts'
import { byteaArray } from './bytea-array.ts'

/** A value and the time at which it was written. */
export interface Versioned {
  readonly key: Bytes
  readonly value: Bytes
  readonly version: bigint
}

/** Asks for a key. */
export interface KeyAsk {
  readonly kind: 'key'
  readonly key: Bytes
  /** The version that the asker has: 0 for absent, `unknown` if it has none. */
  readonly version: bigint
  /** Takes what is there, called only if its version is another. */
  take(found: Omit<Versioned, 'key'> | undefined): void
}

/** Asks for the entries with `from <= key < to`. */
export interface StretchAsk {
  readonly kind: 'stretch'
  readonly from: Bytes
  readonly to: Bytes
  readonly reverse: boolean
  /** The most entries to give; all without it. */
  readonly limit: number | undefined
  /** How many entries the asker has of it; `unknown` if it has not read it. */
  readonly count: bigint
  /** The latest version among them; 0 if there are none. */
  readonly version: bigint
  /** Takes the entries, in the order of keys or backwards; called only if they are others. */
  take(entries: readonly Versioned[]): void
}

/** Something to read, or to read only if it is no longer what it was. */
export type Ask = KeyAsk | StretchAsk

/** Instead of a version or a count: the asker has nothing yet. */
export const unknown = -1n

/** A row of what `read` or `commit` gives: what it is about, which ask (from 1), and an entry. */
type Row = readonly [
  kind: number,
  ask: number,
  key: Bytes | null,
  value: Bytes | null,
  version: bigint | null,
]

const kinds = { key: 1, stretch: 2, last: 3, committed: 4 }

/** The statements of a store. */
export type Statements = ReturnType<typeof statementsOf>

/** The statements, for the tables of a schema. */
export function statementsOf(schema: string) {
  const in_ = `"${schema.replaceAll('"', '""')}"`
  const [entry, meta, writer] = [`${in_}.entry`, `${in_}.meta`, `${in_}.writer`]
  const last = `SELECT ${kinds.last}, 0, NULL::bytea, NULL::bytea, value
    FROM ${meta} WHERE name = 'last'`
  const read = readOf(entry)
  return {
    /** Each on its own: some databases take no two of them in a transaction. */
    create: [
      `CREATE SCHEMA IF NOT EXISTS ${in_}`,
      `CREATE TABLE IF NOT EXISTS ${entry}
        (key bytea PRIMARY KEY, value bytea NOT NULL, version bigint NOT NULL)`,
      `CREATE TABLE IF NOT EXISTS ${writer} (id bytea PRIMARY KEY, last bigint NOT NULL)`,
      `CREATE TABLE IF NOT EXISTS ${meta} (name text PRIMARY KEY, value bigint NOT NULL)`,
    ],
    initialise: `INSERT INTO ${meta} (name, value) VALUES ('format', $1), ('last', 0)
      ON CONFLICT (name) DO NOTHING`,
    describe: `SELECT name, value FROM ${meta}`,
    checkTables: `SELECT (SELECT version FROM ${entry} LIMIT 1), (SELECT last FROM ${writer} LIMIT 1)`,
    last: `SELECT value FROM ${meta} WHERE name = 'last'`,
    /** The first entries after a key, at most $2 of them and no more bytes than $3, but at least one. */
    page: `SELECT key, value FROM (
        SELECT key, value,
          sum(octet_length(key) + octet_length(value)) OVER (ORDER BY key)
            - octet_length(key) - octet_length(value) AS before
        FROM (SELECT key, value FROM ${entry} WHERE key > $1 ORDER BY key LIMIT $2) AS next) AS summed
      WHERE before < $3 ORDER BY key`,
    size: `SELECT pg_total_relation_size('${entry.replaceAll("'", "''")}'::regclass)
      + pg_total_relation_size('${writer.replaceAll("'", "''")}'::regclass)`,
    forgetWriters: `DELETE FROM ${writer} WHERE last < $1`,

    /** Gives the last commit time, and what was asked. */
    read: `${last} UNION ALL ${read}`,

    /** Waits until no other writer is under way, and keeps the next from beginning. */
    lock: `SELECT value FROM ${meta} WHERE name = 'last' FOR UPDATE`,

    /**
     * Writes everything if nothing asked has changed and the times are still to come; otherwise nothing.
     * Gives what has changed, the last commit time as it was, and whether it wrote.
     */
    commit: `WITH stale (kind, n, key, value, version) AS MATERIALIZED (${read}),
      committed AS (
        UPDATE ${meta} SET value = $9
        WHERE name = 'last' AND value < $8 AND NOT EXISTS (SELECT 1 FROM stale)
        RETURNING value),
      known AS (
        INSERT INTO ${writer} (id, last) SELECT $10::bytea, value FROM committed
        ON CONFLICT (id) DO UPDATE SET last = excluded.last),
      written AS (
        INSERT INTO ${entry} (key, value, version)
        SELECT w.key, w.value, w.version
        FROM unnest($11::bytea[], $12::bytea[], $13::bigint[]) AS w(key, value, version)
        WHERE EXISTS (SELECT 1 FROM committed)
        ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = excluded.version)
      SELECT kind, n, key, value, version FROM stale UNION ALL ${last} UNION ALL
      SELECT ${kinds.committed}, 0, NULL, NULL, value FROM committed`,

    /** Removes keys if `commit` just wrote. On its own: not every database takes two changes of a table at once. */
    remove: `DELETE FROM ${entry} WHERE key = ANY($1::bytea[])
      AND EXISTS (SELECT 1 FROM ${writer} WHERE id = $2::bytea AND last = $3::bigint)`,

    /** Makes sure that a commit whose end is not known does not happen later, unless it has happened. */
    fence: `UPDATE ${meta} SET value = GREATEST(value, $1::bigint) WHERE name = 'last'
      AND NOT EXISTS (SELECT 1 FROM ${writer} WHERE id = $2::bytea AND last = $1::bigint)`,
    lastOfWriter: `SELECT last FROM ${writer} WHERE id = $1::bytea`,
  }
}

/**
 * Keys and stretches, each looked up by itself through the index: `LATERAL` with a limit keeps the planner
 * from joining them with a scan of everything.
 */
function readOf(entry: string): string {
  const stretches = (reverse: boolean) => `
    SELECT ${kinds.stretch}, a.n::int, d.key, d.value, d.version
    FROM unnest($3::bytea[], $4::bytea[], $5::int[], $6::bigint[], $7::bigint[])
      WITH ORDINALITY AS a(low, high, most, entries, version, n)
    CROSS JOIN LATERAL (
      SELECT count(*) AS entries, COALESCE(max(e.version), 0) AS version FROM ${entry} AS e
      WHERE a.entries >= 0 AND e.key >= a.low AND e.key < a.high) AS now
    LEFT JOIN LATERAL (
      SELECT e.key, e.value, e.version FROM ${entry} AS e WHERE e.key >= a.low AND e.key < a.high
      ORDER BY e.key ${reverse ? 'DESC' : 'ASC'}
      LIMIT abs(a.most)) AS d ON true
    WHERE a.most ${reverse ? '<' : '>'} 0
      AND (a.entries < 0 OR now.entries <> a.entries OR now.version <> a.version)`
  return `SELECT ${kinds.key} AS kind, a.n::int AS n, a.key, d.value, d.version
    FROM unnest($1::bytea[], $2::bigint[]) WITH ORDINALITY AS a(key, version, n)
    LEFT JOIN LATERAL (
      SELECT e.value, e.version FROM ${entry} AS e WHERE e.key = a.key LIMIT 1) AS d ON true
    WHERE COALESCE(d.version, 0) <> a.version
    UNION ALL ${stretches(false)} UNION ALL ${stretches(true)}`
}

/** For what has no limit of its own. */
const limitMax = 2 ** 31 - 1

/** What the rows of `read` and `commit` say besides what the asks are given. */
export interface Answer {
  /** The time of the last commit that the statement saw, before its own. */
  readonly last: bigint
  readonly isCommitted: boolean
  /** The asks that were given something. */
  readonly taken: ReadonlySet<Ask>
}

/** What one statement is asked, by any number of transactions. */
export class Question {
  /** Many transactions read the same few keys: each is asked for once. */
  readonly #keys = new Map<string, KeyAsk[]>()
  readonly #stretches: StretchAsk[] = []

  constructor(asks: Iterable<Ask>) {
    for (const ask of asks) {
      if (ask.kind === 'stretch') {
        this.#stretches.push(ask)
        continue
      }
      const name = `${ask.version},${mapKey(ask.key)}`
      const same = this.#keys.get(name)
      if (same === undefined) this.#keys.set(name, [ask])
      else same.push(ask)
    }
  }

  /** What `read` is given, and `commit` first. */
  get parameters(): readonly unknown[] {
    const keys = [...this.#keys.values()].flatMap((same) => same.slice(0, 1))
    const stretches = this.#stretches
    return [
      byteaArray(keys.map(({ key }) => key)),
      keys.map(({ version }) => version),
      byteaArray(stretches.map(({ from }) => from)),
      byteaArray(stretches.map(({ to }) => to)),
      stretches.map(({ reverse, limit = limitMax }) => (reverse ? -limit : limit)),
      stretches.map(({ count }) => count),
      stretches.map(({ version }) => version),
    ]
  }

  /** Hands each ask what the rows have for it. */
  answer(rows: readonly (readonly unknown[])[]): Answer {
    const keys = [...this.#keys.values()]
    const entries = new Map<number, Versioned[]>()
    const taken = new Set<Ask>()
    let last = 0n
    let isCommitted = false
    for (const row of rows) {
      const [kind, n, key, value, version] = row as Row
      const found = value !== null && version !== null ? { value, version } : undefined
      if (kind === kinds.last) last = version ?? 0n
      else if (kind === kinds.committed) isCommitted = true
      else if (kind === kinds.key) {
        for (const ask of keys[n - 1] ?? []) {
          ask.take(found)
          taken.add(ask)
        }
      } else {
        const list = entries.get(n) ?? []
        if (key !== null && found !== undefined) list.push({ key, ...found })
        entries.set(n, list)
      }
    }
    // In the order in which they were asked: what is read on is added to what was checked.
    for (const [i, ask] of this.#stretches.entries()) {
      const list = entries.get(i + 1)
      if (list === undefined) continue
      const direction = ask.reverse ? -1 : 1
      // Nothing promises the order of rows that several branches of a statement give.
      ask.take(list.sort((a, b) => compareBytes(a.key, b.key) * direction))
      taken.add(ask)
    }
    return { last, isCommitted, taken }
  }
}
