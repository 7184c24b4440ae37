/**
 * The atoms of fuzzed queries: constants of every type, and things of the seeded database. Which of them an
 * argument takes is asked of its own cast, see `grammar.ts`.
 */

/** A query as it travels. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

const native = (id: string): Json => ({ '@ref': { id } })
const named = (collection: string, id: string): Json => ({
  '@ref': { id, collection: native(collection) },
})
const pet = (id: string): Json => ({ '@ref': { id, collection: named('collections', 'pets') } })
const match = (index: string, ...terms: readonly Json[]): Json =>
  terms.length === 0
    ? { match: named('indexes', index) }
    : { match: named('indexes', index), terms: terms.length === 1 ? (terms[0] as Json) : terms }
const documents: Json = { documents: named('collections', 'pets') }
const lambda = (expr: Json): Json => ({ query: { lambda: 'x', expr } })

const scalars: readonly Json[] = [
  ...[null, true, false, 0, 1, -1, 2, 7, 64, 1024, 2 ** 31, Number.MIN_SAFE_INTEGER],
  ...[0.5, -1.5, 1e308, 1e-7],
  ...[
    '',
    'a',
    'Hen Wen',
    'ÄÖ\u{1f437}',
    '\ud800',
    'pig',
    'name',
    'data',
    'pets',
    'secret',
    'now',
    '1',
  ],
  ...[
    '2020-02-29',
    '2020-01-01T00:00:00Z',
    '[a-z]+(.)',
    '%s %d %5.2f',
    'day',
    'nanosecond',
    'server',
  ],
  ...['NFC', 'create', 'delete', '%t', '$1'],
  { '@ts': '2020-01-01T00:00:00Z' },
  { '@ts': '2023-11-14T22:13:25.000000001Z' },
  { '@date': '2020-02-29' },
  { '@bytes': 'AQID' },
  { '@uuid': '8a5b5bf1-1c58-44a5-a0a2-ad4bf6a3e2c6' },
  { time: 'now' },
]

const containers: readonly Json[] = [
  [],
  [1, 2, 3],
  ['b', 'a', 'b'],
  [true, false],
  [
    [1, 'x'],
    [2, null],
  ],
  ['data', 'name'],
  { object: {} },
  { object: { a: 1, b: { object: { c: [1] } } } },
  { object: { data: { object: { name: 'Taran', age: 2, kind: 'pig' } } } },
  { object: { data: { object: { email: 'dallben@example.org' } } } },
  { object: { credentials: { object: { password: 'secret' } } } },
  { object: { password: 'secret' } },
  { object: { name: 'made', data: { object: {} } } },
  { object: { name: 'made_index', source: named('collections', 'pets'), unique: true } },
  {
    object: {
      name: 'by_age',
      source: named('collections', 'pets'),
      terms: [{ object: { field: ['data', 'age'] } }],
      values: [{ object: { field: ['ref'] } }],
    },
  },
  { object: { name: 'made_function', body: lambda({ get: { var: 'x' } }) } },
  {
    object: {
      name: 'made_role',
      privileges: [
        { object: { resource: named('collections', 'pets'), actions: { object: { read: true } } } },
      ],
    },
  },
  { object: { role: 'server' } },
  { object: { instance: pet('1') } },
  { object: { ttl: { '@ts': '2023-11-14T22:13:30Z' } } },
  { object: { history_days: 0, ttl_days: 1 } },
  { object: { data: { object: { name: null, tags: [] } } } },
]

const refs: readonly Json[] = [
  ...[
    'collections',
    'databases',
    'indexes',
    'functions',
    'roles',
    'keys',
    'tokens',
    'credentials',
  ].map(native),
  native('access_providers'),
  pet('1'),
  pet('2'),
  pet('99'),
  { '@ref': { id: '1', collection: named('collections', 'owners') } },
  named('collections', 'pets'),
  named('collections', 'gone'),
  named('databases', 'inner'),
  ...['pets_by_kind', 'all_pets', 'owners_by_email', 'pets_by_length'].map((id) =>
    named('indexes', id),
  ),
  ...['twice', 'adopt', 'fall'].map((id) => named('functions', id)),
  named('roles', 'friend'),
  named('indexes', 'gone'),
  {
    '@ref': {
      id: '1',
      collection: {
        '@ref': {
          id: 'pets',
          collection: native('collections'),
          database: named('databases', 'inner'),
        },
      },
    },
  },
]

const compound: readonly Json[] = [
  documents,
  match('all_pets'),
  match('pets_by_kind', 'pig'),
  match('pets_by_kind', 'none'),
  match('owners_by_email', 'dallben@example.org'),
  match('pets_by_length'),
  { singleton: pet('1') },
  { union: [match('pets_by_kind', 'pig'), match('pets_by_kind', 'crow')] },
  { distinct: match('pets_by_length') },
  { filter: { lambda: 'x', expr: { exists: { var: 'x' } } }, collection: documents },
  { join: match('all_pets'), with: { lambda: 'x', expr: { singleton: { var: 'x' } } } },
  { reverse: documents },
  { paginate: documents, size: 2 },
  { paginate: match('pets_by_length'), size: 1, sources: true },
  { paginate: documents, after: [pet('2')] },
  { get: pet('1') },
  lambda({ var: 'x' }),
  lambda({ add: [{ var: 'x' }, 1] }),
]

/** Every atom. */
export const samples: readonly Json[] = [...scalars, ...containers, ...refs, ...compound]
