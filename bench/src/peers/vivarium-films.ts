/** Vivarium's data API, on its own store and on PostgreSQL, holding the films under a role. */
import faunadb, { type Expr, type values } from 'faunadb'
import { startVivarium, temporaryDataDirectory } from '../vivarium.ts'
import type { Asked, Contender, Service, Sizes } from './contender.ts'
import { startDatabase } from './databases.ts'
import {
  type Dialect,
  film,
  filmRequests,
  idsPerMember,
  type Member,
  memberCount,
  ownerCount,
  pageSize,
} from './films.ts'
import { requestOf, rootClientOf } from './vivarium-requests.ts'

const q = faunadb.query
const perQuery = 500
/** Queries under way at once while the films are made. */
const concurrency = 4

const works = ['read', 'list', 'create', 'update', 'mixed'] as const
const setup =
  'the data API alone; token secrets, a role with predicates on reading, writing, creating and on the ' +
  'terms of an index on the owner; every commit flushed'

/** On the embedded store. */
export const vivariumFilms: Contender = {
  name: 'vivarium',
  works,
  processesMax: 64,
  isOurs: true,
  setup: `${setup}; the embedded store (LMDB)`,
  start: (sizes) => startFilms(sizes, undefined),
}

/** On PostgreSQL. */
export const vivariumFilmsOnPostgres: Contender = {
  name: 'vivarium-postgres',
  works,
  processesMax: 64,
  isOurs: true,
  setup: `${setup}; the store on PostgreSQL`,
  start: async (sizes) => {
    const database = await startDatabase()
    try {
      return await startFilms(sizes, database)
    } catch (error) {
      await database.stop()
      throw error
    }
  },
}

async function startFilms(
  { rows, processes }: Sizes,
  database: Awaited<ReturnType<typeof startDatabase>> | undefined,
): Promise<Service> {
  const directory = await temporaryDataDirectory()
  const running = await startVivarium(directory.path, {
    only: 'data-api',
    environment: {
      NODE_ENV: 'production',
      VIVARIUM_NO_SEED: 'true',
      VIVARIUM_WORKERS: String(processes),
      ...(database !== undefined && { VIVARIUM_STORE: database.url }),
    },
  }).catch(async (error: unknown) => {
    await directory.remove()
    throw error
  })
  const stop = async () => {
    await running.stop()
    await database?.stop()
    await directory.remove()
  }
  try {
    const members = await makeFilms(running.ready.dataApi, rows)
    const pids = [running.pid, ...(database === undefined ? [] : [database.pid])]
    return { url: running.ready.dataApi, pids, stop, ...filmRequests(dialect, members) }
  } catch (error) {
    await running.stop()
    await directory.remove()
    throw error
  }
}

const mine = (values: string) =>
  q.Equals(q.CurrentIdentity(), q.Select(['data', 'owner'], q.Var(values)))

const dialect: Dialect = {
  read: (member, id) => ask(member, q.Get(refOf(id))),
  list: (member) => ({
    ...ask(
      member,
      q.Map(
        q.Paginate(q.Match(q.Index('films_by_owner'), q.CurrentIdentity()), { size: pageSize }),
        q.Lambda('ref', q.Get(q.Var('ref'))),
      ),
    ),
    times: pageSize,
  }),
  create: (member, { owner, ...rest }) =>
    ask(
      member,
      q.Create(q.Collection('Film'), {
        data: { ...rest, owner: q.Ref(q.Collection('Member'), owner) },
      }),
    ),
  update: (member, id, year) => ask(member, q.Update(refOf(id), { data: { year } })),
}

function ask({ credential }: Member, query: Expr): Asked {
  return requestOf(query, credential, film.title)
}

function refOf(id: string): Expr {
  return q.Ref(q.Collection('Film'), id)
}

/** Makes the schema, the owners with the tokens of those who are signed in, and the films. */
async function makeFilms(endpoint: string, rows: number): Promise<readonly Member[]> {
  const client = rootClientOf(endpoint)
  await makeSchema(client)
  const owners = Array.from({ length: ownerCount }, (_, i) => String(i + 1))
  await client.query(
    q.Do(
      owners.map((id) =>
        q.Create(q.Ref(q.Collection('Member'), id), {
          data: { email: `member${id}@example.com` },
        }),
      ),
    ),
  )
  let from = 0
  const work = async () => {
    while (from < rows) {
      const numbers = Array.from({ length: Math.min(perQuery, rows - from) }, (_, i) => from + i)
      from += numbers.length
      await client.query(q.Do(q.Map(numbers, q.Lambda('n', createNumbered(q.Var('n')))), true))
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  const members: Member[] = []
  for (const id of owners.slice(0, memberCount)) {
    const instance = q.Ref(q.Collection('Member'), id)
    const { secret } = await client.query<{ secret: string }>(q.Create(q.Tokens(), { instance }))
    const { data } = await client.query<{ data: values.Ref[] }>(
      q.Paginate(q.Match(q.Index('films_by_owner'), instance), { size: rows / ownerCount }),
    )
    const stride = Math.max(1, Math.floor(data.length / idsPerMember))
    const ids = Array.from({ length: idsPerMember }, (_, i) => data[i * stride]?.id ?? '')
    members.push({ id, credential: secret, ids })
  }
  client.close()
  return members
}

function createNumbered(number: Expr): Expr {
  const owner = q.Ref(q.Collection('Member'), q.ToString(q.Add(q.Modulo(number, ownerCount), 1)))
  return q.Create(q.Collection('Film'), { data: { ...film, number, owner } })
}

async function makeSchema(client: faunadb.Client): Promise<void> {
  await client.query(
    q.Do(q.CreateCollection({ name: 'Member' }), q.CreateCollection({ name: 'Film' })),
  )
  await client.query(
    q.CreateIndex({
      name: 'films_by_owner',
      source: q.Collection('Film'),
      terms: [{ field: ['data', 'owner'] }],
    }),
  )
  await client.query(
    q.CreateRole({
      name: 'member',
      membership: [{ resource: q.Collection('Member') }],
      privileges: [
        {
          resource: q.Collection('Film'),
          actions: {
            read: q.Query(
              q.Lambda(
                'ref',
                q.Equals(q.CurrentIdentity(), q.Select(['data', 'owner'], q.Get(q.Var('ref')))),
              ),
            ),
            write: q.Query(q.Lambda(['before', 'after'], q.And(mine('before'), mine('after')))),
            create: q.Query(q.Lambda('values', mine('values'))),
          },
        },
        {
          resource: q.Index('films_by_owner'),
          actions: {
            read: q.Query(q.Lambda('terms', q.Equals([q.CurrentIdentity()], q.Var('terms')))),
          },
        },
      ],
    }),
  )
}
