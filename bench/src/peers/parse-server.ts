import type { Asked, Contender } from './contender.ts'
import { type Dialect, film, type Member, pageSize } from './films.ts'
import { startFilmsPeer } from './start-peer.ts'

/** Parse Server over PostgreSQL. */
export const parseServer: Contender = {
  name: 'parse-server',
  works: ['read', 'list', 'create', 'update', 'mixed'],
  processesMax: 8,
  setup:
    'Parse Server over PostgreSQL: session tokens, class-level permissions with the owner as the field that ' +
    'admits readers and writers, a beforeSave trigger that lets members make films of their own alone, direct ' +
    'access, its caches as they come, a pool of ten, an index on (owner, objectId)',
  start: (sizes) =>
    startFilmsPeer('parse-server', sizes, dialect, {
      hasDatabase: true,
      // Else it makes a folder of logs wherever it is started, as soon as it is loaded.
      environment: { PARSE_SERVER_LOGS_FOLDER: 'null' },
    }),
}

const dialect: Dialect = {
  read: (member, id) => ask(member, 'GET', `/${id}`, film.title),
  list: (member) => {
    const where = JSON.stringify({ owner: pointer(member.id) })
    const query = `?limit=${pageSize}&order=objectId&where=${encodeURIComponent(where)}`
    return { ...ask(member, 'GET', query, film.title), times: pageSize }
  },
  create: (member, { owner, ...rest }) =>
    ask(member, 'POST', '', 'objectId', { ...rest, owner: pointer(owner) }),
  update: (member, id, year) => ask(member, 'PUT', `/${id}`, 'updatedAt', { year }),
}

function ask(
  { credential }: Member,
  method: Asked['method'],
  path: string,
  expects: string,
  body?: object,
): Asked {
  return {
    method,
    path: `/parse/classes/Film${path}`,
    headers: {
      'x-parse-application-id': 'bench',
      'x-parse-session-token': credential,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    expects,
  }
}

function pointer(objectId: string): object {
  return { __type: 'Pointer', className: '_User', objectId }
}
