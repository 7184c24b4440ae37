import type { Store } from '../store.ts'

/** How a store is opened in a test. */
export interface OpenOptions {
  /** The store's clock, in microseconds since the Unix epoch. Default: the machine's. */
  readonly now?: () => bigint
}

/** A place for the data of one test, empty at first. */
export interface StoreHome {
  open(options?: OpenOptions): Store | Promise<Store>
  /** Called when the test has ended and its stores are closed. */
  remove?(): void | Promise<void>
}

/** What differs between backends by their nature. The suite tests both answers. */
export interface Capabilities {
  /** Data outlives the store that wrote it, and stores that are open at the same time share it. */
  readonly keepsData: boolean
}
