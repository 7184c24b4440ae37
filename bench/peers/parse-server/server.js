/**
 * Parse Server over PostgreSQL, inside Express, as its documentation starts it.
 *
 * Production settings: NODE_ENV=production, direct access, no log but errors, its own caches, a pool of ten
 * connections a process (its default), an index that serves "the first films of an owner".
 */
import { createServer } from 'node:http'
import express from 'express'
import { ParseServer } from 'parse-server'
import pg from 'pg'
import { film, serve, sizes } from '../serve.js'

const databaseUrl = process.env.DATABASE_URL
const signedIn = { requiresAuthentication: true }
const owners = { readUserFields: ['owner'], writeUserFields: ['owner'] }

const settings = {
  appId: 'bench',
  masterKey: 'bench-master',
  maintenanceKey: 'bench-maintenance',
  databaseURI: databaseUrl,
  // Nothing asks there: access is direct.
  serverURL: 'http://127.0.0.1:1/parse',
  directAccess: true,
  silent: true,
  logLevel: 'error',
  allowClientClassCreation: false,
  cloud: (Parse) => {
    Parse.Cloud.beforeSave('Film', ({ object, user, master }) => {
      if (!master && object.get('owner')?.id !== user?.id) {
        throw new Parse.Error(Parse.Error.OPERATION_FORBIDDEN, 'A film belongs to who makes it.')
      }
    })
  },
  schema: {
    definitions: [
      {
        className: 'Film',
        fields: {
          title: { type: 'String' },
          director: { type: 'String' },
          year: { type: 'Number' },
          number: { type: 'Number' },
          owner: { type: 'Pointer', targetClass: '_User' },
        },
        classLevelPermissions: {
          find: {},
          get: {},
          count: {},
          create: signedIn,
          update: {},
          delete: {},
          addField: {},
          ...owners,
        },
      },
    ],
  },
}

async function prepare() {
  const { url, stop } = await startOnce()
  const members = []
  for (let i = 0; i < sizes.members; i++) {
    const response = await fetch(`${url}/parse/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-parse-application-id': 'bench' },
      body: JSON.stringify({ username: `member${i}`, password: 'Correct-Horse-7' }),
    })
    const { objectId, sessionToken } = await response.json()
    members.push({ id: objectId, credential: sessionToken })
  }
  await stop()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  // The owners who never sign in need no account of their own.
  const others = Array.from({ length: sizes.owners - sizes.members }, (_, i) => `other${i}`)
  const ownerIds = [...members.map(({ id }) => id), ...others]
  await client.query(
    `INSERT INTO "Film" ("objectId", "createdAt", "updatedAt", title, director, year, number, owner)
     SELECT substr(md5(n::text), 1, 10) || n, now(), now(), $1, $2, $3, n, ($4::text[])[n % $5::integer + 1]
     FROM generate_series(0, $6::integer - 1) n`,
    [film.title, film.director, film.year, ownerIds, sizes.owners, sizes.rows],
  )
  await client.query('CREATE INDEX film_owner ON "Film" (owner, "objectId")')
  await client.query('VACUUM ANALYZE')
  for (const member of members) {
    const { rows } = await client.query(
      'SELECT "objectId" FROM "Film" WHERE owner = $1 ORDER BY number LIMIT $2',
      [member.id, sizes.idsPerMember],
    )
    member.ids = rows.map(({ objectId }) => objectId)
  }
  await client.end()
  return { members }
}

/** A server that makes the schema and the people. */
async function startOnce() {
  const server = await createParseServer()
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  }
}

async function createParseServer() {
  const parse = new ParseServer(settings)
  await parse.start()
  const application = express()
  application.use('/parse', parse.app)
  return createServer(application)
}

await serve(prepare, createParseServer)
