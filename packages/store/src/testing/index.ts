export { type PostgresServer, startPostgresServer } from './postgres-server.ts'
export { type ProxyMode, startProxy, type TestProxy } from './proxy.ts'
