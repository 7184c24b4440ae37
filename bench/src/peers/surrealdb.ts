import type { Asked, Contender } from './contender.ts'
import { type Dialect, film, type Member, pageSize } from './films.ts'
import { startFilmsPeer } from './start-peer.ts'

/** SurrealDB inside a Node process. Its files belong to one process. */
export const surrealdb: Contender = {
  name: 'surrealdb',
  works: ['read', 'list', 'create', 'update', 'mixed'],
  processesMax: 1,
  setup:
    'SurrealDB embedded (@surrealdb/node, RocksDB, every commit flushed) behind a plain node:http handler: record ' +
    'access, table permissions by owner, an index on the owner, one session of the engine a token, kept open',
  start: (sizes) => startFilmsPeer('surrealdb', sizes, dialect),
}

const dialect: Dialect = {
  read: (member, id) => ask(member, 'GET', `/films/${id}`),
  list: (member) => ({ ...ask(member, 'GET', `/films?limit=${pageSize}`), times: pageSize }),
  create: (member, newFilm) => ask(member, 'POST', '/films', newFilm),
  update: (member, id, year) => ask(member, 'PATCH', `/films/${id}`, { year }),
}

function ask({ credential }: Member, method: Asked['method'], path: string, body?: object): Asked {
  return {
    method,
    path,
    headers: { authorization: `Bearer ${credential}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    expects: film.title,
  }
}
