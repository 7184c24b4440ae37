/**
 * SurrealDB's engine inside a Node process, behind a plain HTTP handler.
 *
 * Settings: RocksDB with every commit flushed (`sync=every`), record access with tokens, table permissions by
 * owner, an index on the owner. The engine knows a signed-in user by its session: each token has one, opened
 * and authenticated at its first request and kept.
 */
import { createServer } from 'node:http'
import { createNodeEngines } from '@surrealdb/node'
import { RecordId, Surreal } from 'surrealdb'
import { film, serve, sizes } from '../serve.js'

const perInsert = 1000
const password = 'Correct-Horse-7'
const place = { namespace: 'bench', database: 'bench' }
const fields = 'record::id(id) AS id, title, director, year, number, record::id(owner) AS owner'

const schema = `
  DEFINE TABLE member SCHEMAFULL;
  DEFINE FIELD email ON member TYPE string;
  DEFINE FIELD password ON member TYPE string;
  DEFINE INDEX member_email ON member FIELDS email UNIQUE;
  DEFINE TABLE film SCHEMAFULL
    PERMISSIONS FOR select, create, update, delete WHERE owner = $auth;
  DEFINE FIELD title ON film TYPE string;
  DEFINE FIELD director ON film TYPE string;
  DEFINE FIELD year ON film TYPE int;
  DEFINE FIELD number ON film TYPE int;
  DEFINE FIELD owner ON film TYPE record<member>;
  DEFINE INDEX film_owner ON film FIELDS owner;
  DEFINE ACCESS member ON DATABASE TYPE RECORD
    SIGNIN (SELECT * FROM member WHERE email = $email AND crypto::argon2::compare(password, $password))
    DURATION FOR TOKEN 1d, FOR SESSION 1d;
`

const engine = new Surreal({ engines: createNodeEngines() })

async function open() {
  await engine.connect(`rocksdb://${process.env.DATA_DIR}/db?sync=every`)
  await engine.use(place)
}

async function prepare() {
  await open()
  await engine.query(schema)
  for (let id = 1; id <= sizes.owners; id++) {
    const hash = id <= sizes.members ? 'crypto::argon2::generate($password)' : "''"
    await engine.query(
      `CREATE type::record('member', $id) SET email = $email, password = ${hash}`,
      {
        id,
        email: `member${id}@example.com`,
        password,
      },
    )
  }
  for (let from = 0; from < sizes.rows; from += perInsert) {
    const count = Math.min(perInsert, sizes.rows - from)
    const films = Array.from({ length: count }, (_, i) => newFilm(from + i))
    await engine.query('INSERT INTO film $films RETURN NONE', { films })
  }
  const members = []
  for (let id = 1; id <= sizes.members; id++) {
    const session = await engine.newSession()
    await session.use(place)
    const { access } = await session.signin({
      ...place,
      access: 'member',
      variables: { email: `member${id}@example.com`, password },
    })
    await session.closeSession()
    const owned = Array.from(
      { length: sizes.idsPerMember },
      (_, i) => id - 1 + i * sizes.owners,
    ).filter((number) => number < sizes.rows)
    members.push({ id: String(id), credential: access, ids: owned.map(String) })
  }
  await engine.close()
  return { members }
}

function newFilm(number) {
  const owner = new RecordId('member', (number % sizes.owners) + 1)
  return { id: number, ...film, number, owner }
}

/** Sessions by token. */
const sessions = new Map()

function sessionOf(token) {
  const known = sessions.get(token)
  if (known !== undefined) return known
  const opened = (async () => {
    const session = await engine.newSession()
    await session.use(place)
    await session.authenticate(token)
    return session
  })()
  sessions.set(token, opened)
  opened.catch(() => sessions.delete(token))
  return opened
}

async function answer(request) {
  const session = await sessionOf(request.headers.authorization?.replace(/^Bearer /, '') ?? '')
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const id = Number(pathname.split('/')[2])
  const one = { id: new RecordId('film', id) }
  if (request.method === 'GET' && pathname === '/films') {
    const limit = Number(searchParams.get('limit') ?? 20)
    const text = `SELECT ${fields} FROM film WHERE owner = $auth LIMIT $limit`
    return (await session.query(text, { limit }))[0]
  }
  if (request.method === 'GET') {
    return (await session.query(`SELECT ${fields} FROM ONLY $id`, one))[0]
  }
  const body = await bodyOf(request)
  if (request.method === 'PATCH') {
    const text = `UPDATE ONLY $id MERGE $body RETURN ${fields}`
    return (await session.query(text, { ...one, body }))[0]
  }
  const values = { ...body, owner: new RecordId('member', Number(body.owner)) }
  return (await session.query(`CREATE ONLY film CONTENT $values RETURN ${fields}`, { values }))[0]
}

async function bodyOf(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  return JSON.parse(Buffer.concat(chunks).toString())
}

await serve(prepare, async () => {
  await open()
  return createServer((request, response) => {
    answer(request).then(
      (value) => {
        response.writeHead(value ? 200 : 404, { 'content-type': 'application/json' })
        response.end(JSON.stringify(value ?? null))
      },
      (error) => {
        response.writeHead(400, { 'content-type': 'application/json' })
        response.end(JSON.stringify({ message: String(error) }))
      },
    )
  })
})
