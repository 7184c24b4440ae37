import { type Credentials, noCredentials } from './credentials.ts'

/** Where credentials are kept between requests, and, if it can, between pages and tabs. */
export interface Vault {
  read(): Promise<Credentials>
  write(credentials: Credentials): Promise<void>
  /** Calls the listener after every change, by this tab or another. */
  subscribe(listener: () => void): () => void
}

/** Credentials in this tab's memory alone: they end with the page. */
export function openMemoryVault(): Vault {
  const listeners = new Set<() => void>()
  let held: Credentials = noCredentials
  return {
    read: async () => held,
    async write(credentials) {
      held = credentials
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
