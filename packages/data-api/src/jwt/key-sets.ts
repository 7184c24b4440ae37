/**
 * The JWK sets of access providers, kept between requests (data-model §7.1).
 *
 * ```
 * age of a set     0 ──────────── 5 min ───────────────────────── 1 h ────►
 * a token's key    from the set   from the set; asks for a newer   waits for a download
 * an unknown kid   waits for one download, at most every 500 ms for each address
 * ```
 *
 * Downloads for one address never overlap. Whoever shows an unsigned token makes us ask the address of the
 * provider that it names, and no other; the 500 ms bound how often, whatever comes of it.
 */
import { downloadKeySet } from './download.ts'
import type { KeySet, VerificationKey } from './key-set.ts'

const refreshMicros = 300_000_000n
const expiryMicros = 3_600_000_000n
const downloadIntervalMicros = 500_000n

/** How many sets are kept; the one that has not been used for longest goes first. */
const setsMax = 256

/** Finds the keys that tokens name. */
export interface KeySets {
  /** The key, downloaded if need be; undefined if there is none, or none can be had. */
  find(uri: string, keyId: string | undefined): Promise<VerificationKey | undefined>
  /** The key, if it is there and not too old: what has been proven by it still is. */
  peek(uri: string, keyId: string | undefined): VerificationKey | undefined
}

interface Entry {
  readonly uri: string
  keys: KeySet | undefined
  etag: string | undefined
  loadedMicros: bigint
  triedMicros: bigint | undefined
  download: Promise<void> | undefined
}

/** @param now the clock, in microseconds since the Unix epoch */
export function createKeySets(now: () => bigint): KeySets {
  const entries = new Map<string, Entry>()

  const entryOf = (uri: string): Entry => {
    const entry: Entry = entries.get(uri) ?? {
      uri,
      keys: undefined,
      etag: undefined,
      loadedMicros: 0n,
      triedMicros: undefined,
      download: undefined,
    }
    // A map keeps the order of insertion: the entry becomes the newest.
    entries.delete(uri)
    entries.set(uri, entry)
    const [oldest] = entries.keys()
    if (entries.size > setsMax && oldest !== undefined) entries.delete(oldest)
    return entry
  }

  const peek = (uri: string, keyId: string | undefined) => {
    const entry = entryOf(uri)
    if (entry.keys === undefined || !isWithin(entry.loadedMicros, now(), expiryMicros))
      return undefined
    if (!isWithin(entry.loadedMicros, now(), refreshMicros)) void download(entry, now, entry.etag)
    return entry.keys.get(keyId)
  }

  return {
    peek,
    find: async (uri, keyId) => {
      const known = peek(uri, keyId)
      if (known !== undefined) return known
      // Without the entity tag, so that no cache on the way says that nothing is new.
      await download(entryOf(uri), now, undefined)
      return peek(uri, keyId)
    },
  }
}

/** Whether `micros` is less than `length` ago. A clock set back says no, so that nothing is kept for longer. */
function isWithin(micros: bigint, now: bigint, length: bigint): boolean {
  return micros <= now && now - micros < length
}

/** Joins the download that is under way, or begins one unless there was one just now. */
function download(entry: Entry, now: () => bigint, etag: string | undefined): Promise<void> {
  if (entry.download !== undefined) return entry.download
  const { triedMicros } = entry
  if (triedMicros !== undefined && isWithin(triedMicros, now(), downloadIntervalMicros)) {
    return Promise.resolve()
  }
  entry.triedMicros = now()
  entry.download = load(entry, now, etag).finally(() => {
    entry.download = undefined
  })
  return entry.download
}

async function load(entry: Entry, now: () => bigint, etag: string | undefined): Promise<void> {
  const startedMicros = now()
  const loaded = await downloadKeySet(entry.uri, etag)
  if (loaded === undefined) return
  entry.loadedMicros = startedMicros
  if (loaded === 'unchanged') return
  entry.keys = loaded.keys
  entry.etag = loaded.etag
}
