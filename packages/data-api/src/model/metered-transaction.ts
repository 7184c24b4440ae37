import { type Reading, type Ref, RequestError } from '@vivarium/fql'
import type { Bytes, Entry, RangeOptions, Transaction } from '@vivarium/store'
import { documentInKey } from './keys.ts'

/** Most bytes that one transaction may write (data-model §9.3). */
const writtenBytesMax = 16 * 1024 * 1024

/** Bytes of a read operation, and of a write one (wire §3.2). */
const bytesPerReadOp = 4096
const bytesPerWriteOp = 1024

/** A document as it was read: the same again costs nothing. */
interface ReadDocument {
  readonly ref: Ref
  readonly at: bigint | undefined
}

/** A document that a scan has passed. */
interface PassedDocument {
  readonly ref: Ref
  readonly value: Bytes
}

/** How many of them are kept: more than a page mostly has. */
const passedMax = 1000

/**
 * A transaction that counts the bytes that go through it, and the operations they make (wire §3.2), and
 * refuses to write too many.
 */
export class MeteredTransaction implements Transaction {
  readonly timestamp: bigint
  bytesRead = 0
  bytesWritten = 0
  /** Operations of reading, by the functions of the query. */
  readOps = 0
  /** The same transaction for what is no part of the query: its schema, and who asks. */
  readonly unmetered: Transaction
  /** By their ids, which are unique but for those that queries choose. */
  readonly #readDocuments = new Map<bigint, ReadDocument[]>()
  /** The newest versions that scans have passed since the last write, by the ids of their documents. */
  #passed: Map<bigint, PassedDocument> | undefined
  /** Bytes written for each document: its versions, and what stands beside them. */
  #bytesByDocument: Map<string, number> | undefined
  #document = ''

  constructor(inner: Transaction) {
    this.unmetered = inner
    this.timestamp = inner.timestamp
  }

  get(key: Bytes): Bytes | undefined {
    const value = this.unmetered.get(key)
    if (value !== undefined) this.bytesRead += value.length
    return value
  }

  /** What is read of a range is counted by who reads it: only that one knows how far. */
  range(from: Bytes, to: Bytes, options?: RangeOptions): Iterable<Entry> {
    return this.unmetered.range(from, to, options)
  }

  put(key: Bytes, value: Bytes): void {
    this.#passed = undefined
    this.unmetered.put(key, value)
    const bytes = key.length + value.length
    this.bytesWritten += bytes
    this.#countWritten(key, bytes)
    if (this.bytesWritten <= writtenBytesMax) return
    throw new RequestError(
      400,
      'bad request',
      `Transaction exceeded limit: got ${this.bytesWritten} bytes, limit ${writtenBytesMax} bytes`,
    )
  }

  delete(key: Bytes): void {
    this.#passed = undefined
    this.unmetered.delete(key)
  }

  all<T>(count: number, branch: (index: number) => T): T[] {
    return this.unmetered.all(count, branch)
  }

  newId(): bigint {
    return this.unmetered.newId()
  }

  /** Counts a set that begins to be read: an operation for each of its partitions. */
  countSet(partitions: number, reading: Reading): void {
    this.readOps += partitions
    // Of each function's reading, the first operation pays for bytes too.
    if (reading.paidBytes === 0) reading.paidBytes = bytesPerReadOp
  }

  /** Counts bytes that are read for one function. */
  countRead(bytes: number, reading: Reading): void {
    this.bytesRead += bytes
    this.#pay(bytes, reading)
  }

  #pay(bytes: number, reading: Reading): void {
    reading.bytes += bytes
    while (reading.bytes > reading.paidBytes) {
      reading.paidBytes += bytesPerReadOp
      this.readOps++
    }
  }

  /**
   * Reads a document for one function: what it reads is paid for, unless the query has read or written that
   * document before.
   */
  countDocument<T>(
    ref: Ref,
    at: bigint | undefined,
    reading: Reading | undefined,
    read: () => T,
  ): T {
    const before = this.bytesRead
    const document = read()
    if (this.noteDocument(ref, at)) {
      const bytes = this.bytesRead - before
      if (reading !== undefined) this.#pay(bytes, reading)
      else this.readOps += Math.ceil(Math.max(bytes, 1) / bytesPerReadOp)
    } else this.bytesRead = before
    return document
  }

  /**
   * Remembers the newest version of a document that a scan passes: a page is mostly followed by a look at each
   * of its documents.
   */
  notePassed(ref: Ref, value: Bytes): void {
    if (this.#passed === undefined || this.#passed.size >= passedMax) this.#passed = new Map()
    this.#passed.set(ref.id, { ref, value })
  }

  /** The newest version of a document that a scan has passed, read as if anew; undefined if none has. */
  passed(ref: Ref): Bytes | undefined {
    const known = this.#passed?.get(ref.id)
    if (known === undefined || !known.ref.equals(ref)) return undefined
    this.bytesRead += known.value.length
    return known.value
  }

  /** Remembers that a document is known to the query; whether it was not before. */
  noteDocument(ref: Ref, at: bigint | undefined): boolean {
    const known = this.#readDocuments.get(ref.id)
    if (known === undefined) this.#readDocuments.set(ref.id, [{ ref, at }])
    else if (known.some((one) => one.at === at && one.ref.equals(ref))) return false
    else known.push({ ref, at })
    return true
  }

  /** What stands beside a document is written after it, but for what comes before the first. */
  #countWritten(key: Bytes, bytes: number): void {
    this.#bytesByDocument ??= new Map()
    const written = this.#bytesByDocument
    const document = documentInKey(key)
    if (document !== undefined) {
      const isFirst = this.#document === ''
      const unclaimed = isFirst ? (written.get('') ?? 0) : 0
      if (isFirst) written.delete('')
      this.#document = document
      bytes += unclaimed
    }
    written.set(this.#document, (written.get(this.#document) ?? 0) + bytes)
  }

  /** Operations of writing: each document is rounded up by itself. */
  get writeOps(): number {
    let ops = 0
    for (const bytes of this.#bytesByDocument?.values() ?? [])
      ops += Math.ceil(bytes / bytesPerWriteOp)
    return ops
  }
}
