import { mapKey } from '../bytes.ts'
import { Overlay } from '../overlay.ts'
import { Restart, type Source, writeTimestamp } from '../run.ts'
import type { Bytes } from '../store.ts'
import { byteaArray } from './bytea-array.ts'
import type { Statement } from './database.ts'
import { type Ask, Question, type Statements } from './statements.ts'
import type { Attempt, Writer } from './writer.ts'

/** How bodies are run in a batch. */
export interface BatchOptions {
  readonly keepsMissing?: boolean
  readonly notBefore?: bigint
}

/** Writers whose bodies have run one after another, each seeing what the ones before it wrote. */
export class Batch {
  readonly #attempts = new Map<Writer, Attempt>()
  /** What each has read. */
  readonly #asks = new Map<Writer, readonly Ask[]>()
  readonly #overlay = new Overlay()
  readonly #versions = new Map<string, bigint>()
  /** Those that miss something, if they are kept. */
  readonly missing: Writer[] = []
  #first: bigint | undefined
  /** The latest time that the batch takes. */
  last: bigint

  /**
   * Runs the bodies, at times after `last`. Those that have nothing to commit leave; so do those that miss
   * something, unless `keepsMissing`. `notBefore` is a time at which others may have read: what they lack must
   * not be older.
   */
  constructor(
    writers: Iterable<Writer>,
    now: () => bigint,
    last: bigint,
    { keepsMissing = false, notBefore = 0n }: BatchOptions = {},
  ) {
    this.last = last
    for (const writer of writers) {
      if (this.#add(writer, now())) continue
      // At the time at which it ran before, what follows from its time is what it has read.
      const { clock } = writer.cache
      if (clock >= notBefore && this.#add(writer, clock)) continue
      if (keepsMissing) this.missing.push(writer)
      else writer.leave()
    }
  }

  get isEmpty(): boolean {
    return this.#attempts.size === 0
  }

  get writers(): IterableIterator<Writer> {
    return this.#attempts.keys()
  }

  /** The earliest time in it. */
  get first(): bigint {
    return this.#first ?? this.last
  }

  /** Asks whether everything that was read is still so. */
  question(): Question {
    return new Question([...this.#asks.values()].flat())
  }

  /** What commits it: `id` tells the store that does. The first statement gives the answer to the question. */
  statements({ commit, remove }: Statements, question: Question, id: Bytes): readonly Statement[] {
    const [removed, keys, values, versions]: [Bytes[], Bytes[], Bytes[], bigint[]] = [
      [],
      [],
      [],
      [],
    ]
    for (const { key, value } of this.#overlay.writes()) {
      if (value === undefined) {
        removed.push(key)
        continue
      }
      keys.push(key)
      values.push(value)
      versions.push(this.#versions.get(mapKey(key)) ?? this.last)
    }
    const written = [byteaArray(keys), byteaArray(values), versions]
    const parameters = [...question.parameters, this.first, this.last, id, ...written]
    const committing = { name: 'commit', text: commit, values: parameters }
    if (removed.length === 0) return [committing]
    return [
      committing,
      { name: 'remove', text: remove, values: [byteaArray(removed), id, this.last] },
    ]
  }

  /** The writers that read something that is no longer so. */
  *stale(taken: ReadonlySet<Ask>): Iterable<Writer> {
    for (const [writer, asks] of this.#asks) if (asks.some((ask) => taken.has(ask))) yield writer
  }

  /** Tells the callers that it is committed. */
  tell(): void {
    for (const attempt of this.#attempts.values()) attempt.tell()
  }

  /** False if it misses something. */
  #add(writer: Writer, clock: bigint): boolean {
    try {
      const timestamp = writeTimestamp(clock, this.last, writer.options)
      const attempt = writer.attempt(layered(writer.cache.begin(), this.#overlay), timestamp)
      const { run } = attempt
      if (!run.wrote) {
        writer.leave()
        return true
      }
      for (const { key, value } of run.overlay.writes()) {
        if (value === undefined) this.#overlay.delete(key)
        else this.#overlay.put(key, value)
        this.#versions.set(mapKey(key), timestamp)
      }
      this.#first ??= timestamp
      this.last = run.lastMicros
      this.#attempts.set(writer, attempt)
      this.#asks.set(writer, writer.cache.used())
    } catch (error) {
      if (error instanceof Restart) return false
      this.#refuse(writer, error)
    }
    return true
  }

  /**
   * What a body throws may come from what others in the batch wrote, or from reads of different moments, and
   * neither is certain. Then it is run again on its own, and throws it there or not.
   */
  #refuse(writer: Writer, error: unknown): void {
    const isCertain = this.#overlay.isEmpty && writer.cache.last !== undefined
    if (!isCertain) writer.leave()
    else writer.reject(error)
  }
}

/** What was read, under what the writers before wrote. */
function layered(base: Source, overlay: Overlay): Source {
  return {
    get(key) {
      const pending = overlay.get(key)
      return pending === undefined ? base.get(key) : pending.value
    },
    range(from, to, reverse, expected) {
      return overlay.merge(base.range(from, to, reverse, expected), from, to, reverse)
    },
  }
}
