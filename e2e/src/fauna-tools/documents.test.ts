import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import faunadb from 'faunadb'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { startVivarium, type Vivarium } from '../browser/vivarium.ts'
import { openProject, type Project } from './project.ts'

const { query: q } = faunadb

// Each test starts several processes, some of which compile WebAssembly first.
vi.setConfig({ testTimeout: 300_000 })

let vivarium: Vivarium
let root: faunadb.Client

beforeAll(async () => {
  vivarium = await startVivarium()
  const { hostname, port } = new URL(vivarium.dataApi)
  root = new faunadb.Client({
    secret: vivarium.rootSecret,
    domain: hostname,
    port: Number(port),
    scheme: 'http',
  })
})

afterAll(async () => {
  await root.close()
  await vivarium.remove()
})

/** Opens the folder of a reader for one test. */
async function reading(document: string, test: (project: Project) => Promise<void>): Promise<void> {
  const project = openProject(document, vivarium)
  try {
    await test(project)
  } finally {
    project.remove()
  }
}

/** A server key of a database, which is made if it does not exist. */
async function serverKeyOf(name: string): Promise<string> {
  const database = q.Database(name)
  await root.query(q.If(q.Exists(database), null, q.CreateDatabase({ name })))
  const key = await root.query<{ secret: string }>(q.CreateKey({ database, role: 'server' }))
  return key.secret
}

/** A database as Fauna left it: values of every kind, a password, and more than one page. */
async function fillOldDatabase(secret: string): Promise<void> {
  const ask = (query: faunadb.Expr): Promise<unknown> => root.query(query, { secret })
  await ask(q.CreateCollection({ name: 'Person' }))
  await ask(q.CreateCollection({ name: 'Movie' }))
  await ask(
    q.Create(q.Ref(q.Collection('Person'), '1'), {
      data: { name: 'Anna Karina', email: 'anna@example.com' },
      credentials: { password: 'sesame' },
    }),
  )
  const movie = {
    number: q.Var('number'),
    director: q.Ref(q.Collection('Person'), '1'),
    seen: q.Time('2022-01-01T00:00:00.123456789Z'),
    released: q.Date('1965-05-05'),
    rating: q.ToDouble(4),
    views: q.Add(q.Multiply(4_503_599_627_370_496, 2), 1),
    poster: new faunadb.values.Bytes('AQID'),
    discount: q.Query(q.Lambda('price', q.Divide(q.Var('price'), 2))),
    tags: ['noir', null, { deep: [true] }],
    escaped: q.ToObject([['@ref', 1]]),
    text: '$& "quoted" \u2028',
  }
  const numbers = Array.from({ length: 600 }, (_, index) => index + 1)
  const create = q.Create(q.Ref(q.Collection('Movie'), q.Var('number')), {
    data: movie,
    ttl: q.Time('2100-01-01T00:00:00Z'),
  })
  await ask(q.Foreach(numbers, q.Lambda('number', create)))
}

it('moving-from-fauna.md moves an application with every value and password', async () => {
  const oldKey = await serverKeyOf('old')
  await fillOldDatabase(oldKey)
  await reading('moving-from-fauna.md', async (project) => {
    const collections = ['Person', 'Movie', 'credentials']
    const without = (name: string): string[] =>
      readFileSync(path.join(project.folder, `${name}.jsonl`), 'utf8')
        .split('\n')
        .map((line) => line.replace(/"ts":\d+,/, ''))

    expect(await project.node('export.mjs', collections, { secret: oldKey })).toMatchObject({
      exitCode: 0,
    })
    const exported = collections.map(without)
    expect(exported.map((lines) => lines.length)).toEqual([2, 601, 2])
    expect(exported[1]?.[0]).toContain('"rating":4.0,"views":9007199254740993,')

    expect(await project.follow()).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: [
        'Person.jsonl: 1 documents',
        'Movie.jsonl: 600 documents',
        'credentials.jsonl: 1 documents',
        'Anna Karina fn',
        'Person: 1 of 1 documents',
        'Movie: 600 of 600 documents',
        'people_by_email: active',
        '',
      ].join('\n'),
    })

    const newKey = await serverKeyOf('app')
    await project.node('import.mjs', ['Movie.jsonl'], { secret: newKey })
    await project.node('export.mjs', collections, { secret: newKey })
    expect(collections.map(without)).toEqual(exported)
  })
})

it('the import of moving-from-fauna.md keeps the times of documents when asked to', async () => {
  const secret = await serverKeyOf('times')
  await root.query(q.CreateCollection({ name: 'Movie', history_days: null }), { secret })
  await reading('moving-from-fauna.md', async (project) => {
    const collection = { '@ref': { id: 'Movie', collection: { '@ref': { id: 'collections' } } } }
    const ref = { '@ref': { id: '1', collection } }
    const line = `${JSON.stringify({ ref, ts: 1640995200000000, data: { title: 'Alphaville' } })}\n`
    const file = path.join(project.folder, 'Movie.jsonl')
    writeFileSync(file, line)
    const imported = await project.node('import.mjs', ['Movie.jsonl'], {
      secret,
      environment: { KEEP_TS: '1' },
    })
    expect(imported.stdout).toBe('Movie.jsonl: 1 documents\n')
    await root.query(q.Update(q.Collection('Movie'), { history_days: 0 }), { secret })
    await project.node('export.mjs', ['Movie'], { secret })
    expect(readFileSync(file, 'utf8')).toBe(line)
  })
})

it('the import of moving-from-fauna.md stops at a document that breaks a unique index', async () => {
  const secret = await serverKeyOf('doubles')
  await reading('moving-from-fauna.md', async (project) => {
    await project.node('schema.mjs', [], { secret })
    const collection = { '@ref': { id: 'Person', collection: { '@ref': { id: 'collections' } } } }
    const lines = ['1', '2'].map((id) =>
      JSON.stringify({ ref: { '@ref': { id, collection } }, data: { email: 'anna@example.com' } }),
    )
    writeFileSync(path.join(project.folder, 'Person.jsonl'), lines.join('\n'))
    const imported = await project.node('import.mjs', ['Person.jsonl'], { secret })
    expect(imported.stderr).toContain('instance not unique')
    expect(imported.exitCode).toBe(1)
    const count = q.Count(q.Documents(q.Collection('Person')))
    expect(await root.query(count, { secret })).toBe(0)
  })
})

it('moving-from-fauna.md translates documents in the notation of FQL v10', async () => {
  await reading('moving-from-fauna.md', async (project) => {
    const document = {
      id: '7',
      coll: { '@mod': 'Movie' },
      ts: { '@time': '2024-01-01T00:00:00Z' },
      ttl: { '@time': '2100-01-01T00:00:00Z' },
      title: 'Alphaville',
      year: { '@int': '1965' },
      views: { '@long': '9007199254740993' },
      rating: { '@double': '4' },
      released: { '@date': '1965-05-05' },
      poster: { '@bytes': 'AQID' },
      director: { '@ref': { id: '1', coll: { '@mod': 'Person' } } },
      odd: { '@object': { '@int': 'text' } },
      tags: ['noir', null, { deep: true }],
      data: { id: 'kept' },
    }
    const lines = [document, { '@doc': document }].map((line) => JSON.stringify(line)).join('\n')
    const { stdout } = await project.node('translate.mjs', [], { input: lines })
    const refTo = (id: string, name: string): string =>
      `{"@ref":{"id":"${id}","collection":{"@ref":{"id":"${name}","collection":{"@ref":{"id":"collections"}}}}}}`
    const line =
      `{"ref":${refTo('7', 'Movie')},"data":{"title":"Alphaville","year":1965,` +
      `"views":9007199254740993,"rating":4.0,"released":{"@date":"1965-05-05"},` +
      `"poster":{"@bytes":"AQID"},"director":${refTo('1', 'Person')},` +
      `"odd":{"@obj":{"@int":"text"}},"tags":["noir",null,{"deep":true}],"id":"kept"},` +
      `"ttl":{"@ts":"2100-01-01T00:00:00Z"}}\n`
    expect(stdout).toBe(line + line)
  })
})

it('fauna-tools.md uses both tools', async () => {
  await reading('fauna-tools.md', async (project) => {
    await root.query(q.If(q.Exists(q.Database('app')), q.Delete(q.Database('app')), null))
    const { stdout, stderr, exitCode } = await project.follow()
    expect(exitCode, stderr).toBe(0)
    expect(stdout).toContain('created database app')
    expect(stdout).toContain("title: 'Alphaville'")
    expect(stdout).toContain('1 rows/object imported')
    expect(stdout).toContain('Done applying migrations')
    expect(stdout).toContain('Applied rollback')
  })
})
