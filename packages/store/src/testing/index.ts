export { type PostgresServer, type ServerIdentity, startPostgresServer } from './postgres-server.ts'
export { type ProxyMode, startProxy, type TestProxy } from './proxy.ts'
export {
  isOnPostgres,
  newTestSchema,
  openTestStore,
  type TestStore,
  type TestStoreOptions,
} from './test-store.ts'
