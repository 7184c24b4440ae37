import type { Asked, Contender } from './contender.ts'
import { type Dialect, film, type Member, pageSize } from './films.ts'
import { startFilmsPeer } from './start-peer.ts'

const fields = 'rowId title director year number ownerId'

const documents = {
  read: `query Film($id: Int!) { filmByRowId(rowId: $id) { ${fields} } }`,
  list: `query Films { allFilms(first: ${pageSize}) { nodes { ${fields} } } }`,
  create: `mutation CreateFilm($film: FilmInput!) { createFilm(input: { film: $film }) { film { ${fields} } } }`,
  update: `mutation UpdateFilm($id: Int!, $patch: FilmPatch!) { updateFilmByRowId(input: { rowId: $id, filmPatch: $patch }) { film { ${fields} } } }`,
}

/** PostGraphile 5 over PostgreSQL. */
export const postgraphile: Contender = {
  name: 'postgraphile',
  works: ['read', 'list', 'create', 'update', 'mixed'],
  processesMax: 8,
  setup:
    'PostGraphile 5 (amber and lazy-jwt presets, grafserv/node) over PostgreSQL: HS256 tokens, row-level ' +
    'security, prepared statements, a pool of ten, GRAPHILE_ENV=production, an index on (owner_id, id)',
  start: (sizes) =>
    startFilmsPeer('postgraphile', sizes, dialect, {
      hasDatabase: true,
      environment: { GRAPHILE_ENV: 'production' },
    }),
}

const dialect: Dialect = {
  read: (member, id) => ask(member, documents.read, { id: Number(id) }),
  list: (member) => ({ ...ask(member, documents.list, {}), times: pageSize }),
  create: (member, { owner, ...rest }) =>
    ask(member, documents.create, { film: { ...rest, ownerId: Number(owner) } }),
  update: (member, id, year) => ask(member, documents.update, { id: Number(id), patch: { year } }),
}

function ask({ credential }: Member, query: string, variables: object): Asked {
  return {
    method: 'POST',
    path: '/graphql',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${credential}` },
    body: JSON.stringify({ query, variables }),
    expects: film.title,
  }
}
