export { compareBytes } from './bytes.ts'
export { type LmdbStoreOptions, openLmdbStore } from './lmdb/lmdb-store.ts'
export {
  type MemoryStore,
  type MemoryStoreOptions,
  openMemoryStore,
} from './memory/memory-store.ts'
export {
  openPostgresStore,
  type PostgresStore,
  type PostgresStoreOptions,
} from './postgres/postgres-store.ts'
export * from './store.ts'
