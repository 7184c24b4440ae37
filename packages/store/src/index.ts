export { compareBytes } from './bytes.ts'
export { type LmdbStoreOptions, openLmdbStore } from './lmdb/lmdb-store.ts'
export {
  type MemoryStore,
  type MemoryStoreOptions,
  openMemoryStore,
} from './memory/memory-store.ts'
export * from './store.ts'
