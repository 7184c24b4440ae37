/**
 * What the store asks of LMDB.
 *
 * ```
 * database `data`   the keys and values
 * database `meta`   format: one byte, the version of this layout; last: the last commit time, 8 bytes
 * ```
 */
import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import type { Source } from '../run.ts'
import { type Bytes, type Entry, StoreError } from '../store.ts'

/** The version of the layout above. */
const format = 1

const formatKey = Buffer.from('format')
const lastKey = Buffer.from('last')

/** What the system counts the room of a file in. */
const blockBytes = 512

/** What stands 24 bytes into a file of LMDB, in the order of this machine's bytes. */
const magic = 0xbeefc0de

/** LMDB's codes for a file that it did not write, or not in this version. */
const foreignFileCodes: readonly unknown[] = [-30793, -30794]

/**
 * Keys and values as they are. LMDB lends every value in one buffer that the next read overwrites, and ours
 * are borrowed until the transaction ends, so they are copied: into the pool of buffers, since one
 * allocation each, which is what lmdb's own binary encoding does, costs more than the read.
 */
const asTheyAre = {
  encoder: {
    encode: (value: Buffer) => value,
    decode: (lent: Buffer) => copy(lent, 0, lent.length),
  },
  keyEncoder: {
    writeKey(key: Bytes, target: Buffer, start: number): number {
      target.set(key, start)
      return start + key.length
    },
    readKey: copy,
  },
}

function copy(bytes: Uint8Array, start: number, end: number): Buffer {
  const copied = Buffer.allocUnsafe(end - start)
  copied.set(new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start))
  return copied
}

/** Changes that are committed together. */
interface Batch {
  /** The time of the first that writes; the others' are later. */
  first: bigint | undefined
}

/** The environments that are open, by the real path of their directory. */
const inThisProcess = new Map<string, Environment>()

/** An open LMDB environment. It reads from the latest snapshot taken, or inside `write` from what is written. */
export class Environment implements Source {
  readonly #root: RootDatabase
  readonly #data: Database<Buffer, Buffer>
  readonly #meta: Database<Buffer, Buffer>
  readonly #place: string
  #users = 1
  /** The batches that are being committed, oldest first. */
  readonly #committing = new Set<Batch>()
  /** The one whose writes are being made. */
  #batch: Batch | undefined
  /** The time of the last commit in the snapshot taken, as long as it may be used. */
  #snapshotLast: bigint | undefined
  readonly #leaveSnapshot = () => {
    this.#snapshotLast = undefined
  }

  /**
   * The environment of a directory, opened unless this process has it open. (Opening takes LMDB's write
   * lock, so to open a second one while the first commits would be to wait for oneself.)
   *
   * @throws StoreError `storage`, `format`
   */
  static open(path: string): Environment {
    const place = placeOf(path)
    const known = inThisProcess.get(place)
    if (known !== undefined) {
      known.#users++
      return known
    }
    const environment = new Environment(path, place)
    inThisProcess.set(place, environment)
    return environment
  }

  private constructor(path: string, place: string) {
    this.#place = place
    this.#root = openRoot(path)
    try {
      this.#data = this.#root.openDB<Buffer, Buffer>({ name: 'data', ...asTheyAre })
      this.#meta = this.#root.openDB<Buffer, Buffer>({ name: 'meta', ...asTheyAre })
      this.#checkFormat(path)
    } catch (error) {
      void this.#root.close()
      throw error instanceof StoreError ? error : cannotOpen(path, error)
    }
  }

  /**
   * Reads from now on see what is committed now, whichever process did.
   *
   * Until the tasks that are queued now have run nothing can be learnt from outside, of no commit either, so
   * transactions that run together share a snapshot: to take one costs as much as several reads.
   *
   * @returns the time of the last commit in it; 0 if there was none
   */
  takeSnapshot(): bigint {
    if (this.#snapshotLast === undefined) {
      this.#data.resetReadTxn()
      this.#snapshotLast = this.last()
      process.nextTick(this.#leaveSnapshot)
    }
    return this.#snapshotLast
  }

  get(key: Bytes): Bytes | undefined {
    return this.#data.get(asBuffer(key))
  }

  range(from: Bytes, to: Bytes, reverse: boolean): Iterable<Entry> {
    return this.#data.getRange(
      reverse
        ? // Backwards, LMDB's start is inclusive and its end is not: the opposite of ours.
          {
            start: asBuffer(to),
            end: asBuffer(from),
            reverse,
            inclusiveEnd: true,
            exclusiveStart: true,
          }
        : { start: asBuffer(from), end: asBuffer(to) },
    )
  }

  /** All entries as they are committed now, in key order, and the last commit time; kept until `release`. */
  snapshot(): { entries: Iterable<Entry>; last: bigint; release(): void } {
    this.takeSnapshot()
    const transaction = this.#data.useReadTransaction()
    try {
      const last = this.#meta.get(lastKey, { transaction })?.readBigUInt64BE() ?? 0n
      const entries = this.#data.getRange({ transaction })
      return { entries, last, release: () => transaction.done() }
    } catch (error) {
      transaction.done()
      throw error
    }
  }

  /** The bytes that its file takes on the disk. */
  sizeBytes(): number {
    return statSync(join(this.#place, 'data.mdb')).blocks * blockBytes
  }

  /** Runs `change` in an LMDB transaction; resolves when it is on the disk, or undone for giving `ABORT`. */
  async write(change: () => unknown): Promise<void> {
    const batch: Batch = { first: undefined }
    this.#committing.add(batch)
    try {
      // Only a child transaction can be aborted.
      await this.#root.childTransaction(() => {
        this.#batch = batch
        return change()
      })
    } catch (error) {
      throw await causeOf(error)
    } finally {
      this.#committing.delete(batch)
    }
  }

  /** Inside `write`: says that one of its changes has this time. */
  wroteAt(timestamp: bigint): void {
    if (this.#batch !== undefined) this.#batch.first ??= timestamp
  }

  /** The time of the first change that is being committed: no snapshot shows it yet. */
  get firstUncommitted(): bigint | undefined {
    for (const { first } of this.#committing) if (first !== undefined) return first
    return undefined
  }

  /** Inside `write`: sets or, where there is no value, removes a key. */
  apply({ key, value }: { readonly key: Bytes; readonly value: Bytes | undefined }): void {
    if (value === undefined) this.#data.removeSync(asBuffer(key))
    else this.#data.putSync(asBuffer(key), asBuffer(value))
  }

  /** Inside `write`, or of the snapshot taken: the time of the last commit; 0 if there was none. */
  last(): bigint {
    // Lent, and read before anything else is.
    return this.#meta.getBinaryFast(lastKey)?.readBigUInt64BE() ?? 0n
  }

  /** Inside `write`: sets the time of the last commit. */
  setLast(last: bigint): void {
    const bytes = Buffer.allocUnsafe(8)
    bytes.writeBigUInt64BE(last)
    this.#meta.putSync(lastKey, bytes)
  }

  /** Closes it for one who opened it, and altogether for the last. */
  async close(): Promise<void> {
    this.#users--
    if (this.#users > 0) return
    inThisProcess.delete(this.#place)
    await this.#root.close()
  }

  #checkFormat(path: string): void {
    const found = this.#meta.get(formatKey)
    if (found === undefined) this.#meta.putSync(formatKey, Buffer.of(format))
    else if (found.length !== 1 || found[0] !== format) {
      throw new StoreError(
        'format',
        `The store at ${path} has format ${found.join('.')}, and this version knows ${format}. ` +
          'Start the version that wrote it, or newer.',
      )
    }
  }
}

/** The real path of a directory, which is made if it is missing. */
function placeOf(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.W_OK)
    return realpathSync(path)
  } catch (cause) {
    throw cannotOpen(path, cause)
  }
}

function openRoot(path: string): RootDatabase {
  try {
    const file = join(path, 'data.mdb')
    const isNew = !existsSync(file)
    if (isForeign(file)) throw new Foreign('data.mdb is no file of LMDB')
    const root = open({
      path,
      // Otherwise a name with a dot in it would be taken for a file.
      noSubdir: false,
      // Overlapped, a commit would be acknowledged before it is on the disk.
      overlappingSync: false,
      // The store gathers batches itself. Lmdb's gathering makes a promise of its own for each, which
      // nobody can handle when the commit fails.
      eventTurnBatching: false,
      maxDbs: 2,
    })
    // LMDB lets the group read, and private keys may lie in it; the directory may not be ours alone.
    if (isNew) chmodSync(file, 0o600)
    return root
  } catch (cause) {
    throw cannotOpen(path, cause)
  }
}

class Foreign extends Error {}

/** Whether a file is there that LMDB did not write: it takes it as it is, and dies of it. */
function isForeign(file: string): boolean {
  if (!existsSync(file)) return false
  const head = new Uint32Array(7)
  const opened = openSync(file, 'r')
  const length = readSync(opened, head)
  closeSync(opened)
  return length !== 0 && (length !== head.byteLength || head[6] !== magic)
}

function cannotOpen(path: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const isForeign =
    cause instanceof Foreign ||
    (cause instanceof Error && 'code' in cause && foreignFileCodes.includes(cause.code))
  if (isForeign) {
    return new StoreError('format', `The files at ${path} are not a store of ours: ${reason}`, {
      cause,
    })
  }
  return new StoreError(
    'storage',
    `The store at ${path} cannot be opened: ${reason}. Is it a directory that this user may write?`,
    { cause },
  )
}

/** What LMDB says of a failed commit, which lmdb hands over in a promise that nobody may leave unhandled. */
async function causeOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error
  try {
    await error.commitError
  } catch (cause) {
    return cause
  }
  return error
}

function asBuffer(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
