/**
 * PostGraphile over PostgreSQL: the amber preset on Node's own HTTP server, JWT and row-level security.
 *
 * Production settings: GRAPHILE_ENV=production, no GraphiQL, prepared statements (the adaptor's default), a
 * pool of ten connections a process (its default), policies that read the claim once a statement, and an
 * index that serves "the first films of an owner".
 */
import { createServer } from 'node:http'
import jwt from 'jsonwebtoken'
import pg from 'pg'
import { postgraphile } from 'postgraphile'
import { makePgService } from 'postgraphile/adaptors/pg'
import { grafserv } from 'postgraphile/grafserv/node'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { PgLazyJWTPreset } from 'postgraphile/presets/lazy-jwt'
import { film, jwtSecret, serve, sizes } from '../serve.js'

const databaseUrl = process.env.DATABASE_URL

const schema = `
  CREATE SCHEMA app;
  CREATE ROLE app_member;
  CREATE TABLE app.members (id integer PRIMARY KEY, email text NOT NULL UNIQUE);
  CREATE TABLE app.films (
    id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    title text NOT NULL,
    director text NOT NULL,
    year integer NOT NULL,
    number integer NOT NULL,
    owner_id integer NOT NULL REFERENCES app.members
  );
  CREATE INDEX ON app.films (owner_id, id);
  CREATE FUNCTION app.current_member_id() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE
    AS $$ SELECT nullif(current_setting('jwt.claims.member_id', true), '')::integer $$;
  GRANT USAGE ON SCHEMA app TO app_member;
  GRANT SELECT, INSERT, UPDATE, DELETE ON app.films TO app_member;
  ALTER TABLE app.films ENABLE ROW LEVEL SECURITY;
  CREATE POLICY own ON app.films TO app_member
    USING (owner_id = (SELECT app.current_member_id()))
    WITH CHECK (owner_id = (SELECT app.current_member_id()));
`

async function prepare() {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(schema)
  await client.query(
    "INSERT INTO app.members SELECT n, 'member' || n || '@example.com' FROM generate_series(1, $1::integer) n",
    [sizes.owners],
  )
  await client.query(
    `INSERT INTO app.films (title, director, year, number, owner_id)
     SELECT $1, $2, $3, n, n % $4::integer + 1 FROM generate_series(0, $5::integer - 1) n ORDER BY n`,
    [film.title, film.director, film.year, sizes.owners, sizes.rows],
  )
  await client.query('VACUUM ANALYZE')
  const members = []
  for (let id = 1; id <= sizes.members; id++) {
    const { rows } = await client.query(
      'SELECT id FROM app.films WHERE owner_id = $1 ORDER BY md5(id::text) LIMIT $2',
      [id, sizes.idsPerMember],
    )
    const claims = { role: 'app_member', member_id: id }
    const credential = jwt.sign(claims, jwtSecret, { audience: 'postgraphile', expiresIn: '1d' })
    members.push({ id: String(id), credential, ids: rows.map((row) => String(row.id)) })
  }
  await client.end()
  return { members }
}

await serve(prepare, async () => {
  const instance = postgraphile({
    extends: [PostGraphileAmberPreset, PgLazyJWTPreset],
    pgServices: [makePgService({ connectionString: databaseUrl, schemas: ['app'] })],
    grafserv: { graphiql: false, watch: false, pgJwtSecret: jwtSecret },
  })
  const server = createServer()
  await instance.createServ(grafserv).addTo(server)
  return server
})
