export { compareBytes } from './bytes.ts'
export {
  bringUpToDate,
  contentRange,
  decodeFormat,
  type FormatRecord,
  formatAfter,
  formatKey,
  formatWithoutRecord,
  isEmpty,
  type Migration,
  obstacleIn,
  readFormat,
  writeFormat,
} from './format.ts'
export { type LmdbStoreOptions, openLmdbStore } from './lmdb/lmdb-store.ts'
export {
  type MemoryStore,
  type MemoryStoreOptions,
  openMemoryStore,
} from './memory/memory-store.ts'
export * from './store.ts'
