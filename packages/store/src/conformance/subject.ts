import type { Bytes, Entry, Store, Transaction } from '../store.ts'
import type { OpenOptions, StoreHome } from './home.ts'

/** What the cases of the suite are given. */
export interface Subject {
  readonly keepsData: boolean
  /** Runs `test` on a new, empty store, and on as many more of the same data as it opens. */
  with(test: (store: Store, more: Opener) => Promise<void>, options?: OpenOptions): Promise<void>
}

/** Opens another store on the data of the same test; it is closed with the test. */
export type Opener = (options?: OpenOptions) => Promise<Store>

/** The subject for stores that live in the homes of `makeHome`. */
export function subjectOf(makeHome: () => StoreHome, keepsData: boolean): Subject {
  return {
    keepsData,
    async with(test, options) {
      const home = makeHome()
      const opened: Store[] = []
      const open: Opener = async (more) => {
        const store = await home.open(more)
        opened.push(store)
        return store
      }
      try {
        await test(await open(options), open)
      } finally {
        for (const store of opened) await store.close()
        await home.remove?.()
      }
    },
  }
}

/** The bytes of a text: most keys and values here are letters. */
export const bytes = (text: string): Bytes => Buffer.from(text, 'latin1')

/** A text from bytes; undefined stays. */
export const text = (found: Bytes | undefined): string | undefined =>
  found === undefined ? undefined : Buffer.from(found).toString('latin1')

/** Entries as `key=value`. */
export const texts = (entries: Iterable<Entry>): string[] =>
  Array.from(entries, ({ key, value }) => `${text(key)}=${text(value)}`)

/** Writes `key=value` for each text. */
export function putAll(transaction: Transaction, entries: readonly string[]): void {
  for (const entry of entries) {
    const [key = '', value = ''] = entry.split('=')
    transaction.put(bytes(key), bytes(value))
  }
}

/** Commits `key=value` for each text. */
export async function write(store: Store, ...entries: readonly string[]): Promise<bigint> {
  const { timestamp } = await store.transact((transaction) => putAll(transaction, entries))
  return timestamp
}

/** Everything in the store, as `key=value`. */
export async function contents(store: Store): Promise<string[]> {
  const { value } = await store.transact(
    (transaction) => texts(transaction.range(bytes(''), Buffer.alloc(3000, 0xff))),
    { intent: 'read' },
  )
  return value
}
