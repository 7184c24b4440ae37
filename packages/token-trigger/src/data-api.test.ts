import faunadb from 'faunadb'
import { expect, test } from 'vitest'
import { createDataApi, DataApiError } from './data-api.ts'
import { type Answer, fakeServer, faunaError } from './fake-server.test-data.ts'
import type { ServerKey } from './server-key.ts'

const { query: q } = faunadb

const result: Answer = { status: 200, body: { resource: 'result' } }

/** A key with these secrets, one after the other. */
function keys(...secrets: readonly string[]): ServerKey {
  return {
    current: async () => secrets[0] ?? '',
    successorOf: async (refused) => secrets[secrets.indexOf(refused) + 1],
  }
}

const inMs = (ms: number) => performance.now() + ms
const key = keys('fnAkey')

test('a query is answered, and the next one on the same connection', async () => {
  await using server = await fakeServer(() => result)
  const api = createDataApi(server.endpoint, key)
  expect(await api.query(q.Now(), inMs(5_000))).toEqual({ result: 'result', attempts: 1 })
  expect(await api.query(q.Now(), inMs(5_000))).toEqual({ result: 'result', attempts: 1 })
  expect(server.connections()).toBe(1)
  expect(server.asked[0]?.headers.authorization).toBe('Bearer fnAkey')
  expect(server.asked[0]?.body).toBe('{"now":null}')
})

test.each([
  [409, 'contended transaction'],
  [429, 'too many requests'],
  [503, 'time out'],
  [400, 'instance not unique'],
])('a query answered with %i %s is tried again', async (status, code) => {
  await using server = await fakeServer((_, count) =>
    count < 3 ? faunaError(status, code) : result,
  )
  const api = createDataApi(server.endpoint, key)
  expect(await api.query(q.Now(), inMs(5_000))).toEqual({ result: 'result', attempts: 3 })
  expect(server.connections()).toBe(1)
})

test('a query that stays contended is given up', async () => {
  await using server = await fakeServer(() => faunaError(409, 'contended transaction'))
  const api = createDataApi(server.endpoint, key)
  await expect(api.query(q.Now(), inMs(5_000))).rejects.toThrow(
    new DataApiError('unavailable', 'The data API does not answer: 409 contended transaction'),
  )
  expect(server.asked).toHaveLength(6)
})

test.each([
  [400, 'invalid ref'],
  [403, 'permission denied'],
  [404, 'instance not found'],
  [500, 'internal server error'],
])('a query answered with %i %s is not tried again', async (status, code) => {
  await using server = await fakeServer(() => faunaError(status, code))
  const api = createDataApi(server.endpoint, key)
  await expect(api.query(q.Now(), inMs(5_000))).rejects.toMatchObject({
    reason: 'query-refused',
    message: `The data API refuses: ${status} ${code}`,
  })
  expect(server.asked).toHaveLength(1)
})

test('a refused key is replaced by its successor', async () => {
  await using server = await fakeServer(({ headers }) =>
    headers.authorization === 'Bearer fnAnew' ? result : faunaError(401, 'unauthorized'),
  )
  const api = createDataApi(server.endpoint, keys('fnAold', 'fnAnew'))
  expect(await api.query(q.Now(), inMs(5_000))).toEqual({ result: 'result', attempts: 2 })
})

test('a refused key without a successor is the end', async () => {
  await using server = await fakeServer(() => faunaError(401, 'unauthorized'))
  const api = createDataApi(server.endpoint, key)
  await expect(api.query(q.Now(), inMs(5_000))).rejects.toMatchObject({ reason: 'key-refused' })
  expect(server.asked).toHaveLength(1)
})

test('a connection that was cut while nobody used it is replaced', async () => {
  await using server = await fakeServer(() => result)
  const api = createDataApi(server.endpoint, key)
  await api.query(q.Now(), inMs(5_000))
  server.cut()
  expect((await api.query(q.Now(), inMs(5_000))).result).toBe('result')
  expect(server.connections()).toBe(2)
})

test('a connection on which no answer comes is replaced in time for a second attempt', async () => {
  await using server = await fakeServer((_, count) => (count === 1 ? undefined : result))
  const api = createDataApi(server.endpoint, key)
  expect(await api.query(q.Now(), inMs(4_000))).toEqual({ result: 'result', attempts: 2 })
  expect(server.connections()).toBe(2)
})

test('several queries at once share what works', async () => {
  await using server = await fakeServer((_, count) => (count === 1 ? undefined : result))
  const api = createDataApi(server.endpoint, key)
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => api.query(q.Now(), inMs(4_000))),
  )
  expect(answers.map(({ result: one }) => one)).toEqual(Array(5).fill('result'))
  expect(answers.map(({ attempts }) => attempts).toSorted()).toEqual([1, 1, 1, 1, 2])
})

test('a server that never answers is given up when the time is over', async () => {
  await using server = await fakeServer(() => undefined)
  const api = createDataApi(server.endpoint, key)
  await expect(api.query(q.Now(), inMs(300))).rejects.toThrow(
    new DataApiError('unavailable', 'The data API does not answer: timed out'),
  )
})

test('a server that is not there is given up', async () => {
  const api = createDataApi('http://127.0.0.1:1', key)
  await expect(api.query(q.Now(), inMs(5_000))).rejects.toMatchObject({ reason: 'unavailable' })
})

test('what is no answer of a data API is none', async () => {
  await using server = await fakeServer(() => ({ status: 502, body: '<html>Bad gateway' }))
  const api = createDataApi(server.endpoint, key)
  await expect(api.query(q.Now(), inMs(300))).rejects.toMatchObject({ reason: 'unavailable' })
})

test('without time nothing is asked', async () => {
  await using server = await fakeServer(() => result)
  const api = createDataApi(server.endpoint, key)
  await expect(api.query(q.Now(), inMs(-1))).rejects.toThrow(
    'The data API does not answer: there was no time to ask',
  )
  expect(server.asked).toHaveLength(0)
})
