/** What an operator sees of a running process: metrics, request ids, and how it stops. */
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { startVivarium, temporaryDirectory } from '../testing/vivarium-process.ts'

const rootKey = 'test-root-key-of-this-test'
const keyed = { VIVARIUM_ROOT_KEY: rootKey }
const quiet = ['--no-seed', '--store', 'memory:', '--metrics-port', '0']

const query = (
  dataApi: string | undefined,
  headers: Record<string, string> = {},
  body = '{"add":[1,2]}',
) =>
  fetch(`${dataApi}/`, {
    method: 'POST',
    headers: { authorization: `Bearer ${rootKey}`, ...headers },
    body,
  })

const call = (userPools: string | undefined, operation: string) =>
  fetch(`${userPools}/`, {
    method: 'POST',
    headers: {
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      'content-type': 'application/x-amz-json-1.1',
    },
    body: '{"ClientId":"a","AuthFlow":"USER_PASSWORD_AUTH","AuthParameters":{"PASSWORD":"hunter2-hunter2"}}',
  })

/** The value of a series; undefined if there is none. */
function readSeries(text: string, series: string): number | undefined {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  return line === undefined ? undefined : Number(line.slice(series.length + 1))
}

describe('metrics', () => {
  test('count requests by server, operation and status, and what the store does', async () => {
    const ready = await startVivarium(temporaryDirectory(), quiet, keyed).ready()
    for (let i = 0; i < 3; i++) await query(ready.dataApi)
    await query(ready.dataApi, {}, '{"create_collection":{"object":{"name":"Counted"}}}')
    await query(ready.dataApi, { authorization: 'Bearer nobody' })
    await call(ready.userPools, 'InitiateAuth')
    const response = await fetch(ready.metrics ?? '')
    expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4')
    const text = await response.text()
    const count = (labels: string) =>
      readSeries(text, `vivarium_request_duration_seconds_count{${labels}}`)
    expect(count('server="data-api",operation="query",status="200"')).toBe(3)
    expect(count('server="data-api",operation="query",status="201"')).toBe(1)
    expect(count('server="data-api",operation="query",status="401"')).toBe(1)
    expect(count('server="user-pools",operation="InitiateAuth",status="400"')).toBe(1)
    expect(readSeries(text, 'vivarium_requests_under_way{server="data-api"}')).toBe(0)
    expect(readSeries(text, 'vivarium_store_transactions_total{outcome="wrote"}')).toBeGreaterThan(
      0,
    )
    expect(readSeries(text, 'vivarium_store_written_bytes_total')).toBeGreaterThan(0)
    expect(readSeries(text, 'vivarium_store_conflicts_total')).toBe(0)
    expect(readSeries(text, 'vivarium_streams_open')).toBe(0)
    expect(readSeries(text, 'process_resident_memory_bytes')).toBeGreaterThan(1_000_000)
    expect(text).not.toContain(rootKey)
  })

  test('have the same series whatever clients send', async () => {
    const ready = await startVivarium(temporaryDirectory(), quiet, keyed).ready()
    const series = async () =>
      (await (await fetch(ready.metrics ?? '')).text())
        .split('\n')
        .filter((line) => line.startsWith('vivarium_request_duration_seconds_count'))
        .map((line) => line.replace(/ .*/, ''))
    const send = async () => {
      const word = randomUUID()
      await fetch(`${ready.dataApi}/${word}`)
      await fetch(`${ready.userPools}/${word}`)
      await fetch(`${ready.web}/${word}`)
      await fetch(`${ready.functions}/2015-03-31/functions/${word}/invocations`, { method: 'POST' })
      await call(ready.userPools, `Operation${word.replaceAll('-', '')}`)
      await call(ready.userPools, '__proto__')
    }
    await send()
    const before = await series()
    for (let i = 0; i < 5; i++) await send()
    expect(await series()).toEqual(before)
  })

  test('are not shown unless asked for, nor at the ports of the servers', async () => {
    const ready = await startVivarium(temporaryDirectory(), [
      '--no-seed',
      '--store=memory:',
    ]).ready()
    expect(ready.metrics).toBeUndefined()
    for (const url of [ready.dataApi, ready.userPools, ready.functions]) {
      expect((await fetch(`${url}/metrics`)).status).not.toBe(200)
    }
  })
})

describe('a request', () => {
  test('has one id, in its answer and in the log', async () => {
    const vivarium = startVivarium(temporaryDirectory(), [...quiet, '--log-level=debug'], keyed)
    const ready = await vivarium.ready()
    const given = randomUUID()
    const ids = [
      (await query(ready.dataApi)).headers.get('x-request-id'),
      (await query(ready.dataApi, { 'x-request-id': given })).headers.get('x-request-id'),
      (await query(ready.dataApi, { 'x-request-id': 'forged"} {' })).headers.get('x-request-id'),
      (await call(ready.userPools, 'InitiateAuth')).headers.get('x-amzn-requestid'),
      (await fetch(`${ready.web}/config.json`)).headers.get('x-request-id'),
      (
        await fetch(`${ready.functions}/2015-03-31/functions/none/invocations`, { method: 'POST' })
      ).headers.get('x-amzn-requestid'),
    ]
    expect(ids[1]).toBe(given)
    expect(new Set(ids).size).toBe(ids.length)
    const { stderr } = await vivarium.stop()
    const logged = stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter(({ msg }) => msg === 'request')
      .map(({ requestId }) => requestId)
    expect(logged).toEqual(ids)
    for (const secret of [rootKey, 'hunter2', 'forged']) expect(stderr).not.toContain(secret)
  })
})

test('a process that is told to stop sends load balancers away before it refuses anybody', async () => {
  const vivarium = startVivarium(temporaryDirectory(), [...quiet, '--drain-seconds=2'], keyed)
  const { dataApi, userPools } = await vivarium.ready()
  const ping = async (scope: string) => (await fetch(`${dataApi}/ping?scope=${scope}`)).status
  const health = async () => (await fetch(`${userPools}/health`)).status
  expect([await ping('write'), await ping('read'), await ping('node'), await health()]).toEqual([
    200, 200, 200, 200,
  ])
  vivarium.kill('SIGTERM')
  await vivarium.logged('"stopping"')
  expect([await ping('write'), await ping('read'), await ping('node'), await health()]).toEqual([
    503, 503, 200, 503,
  ])
  expect((await query(dataApi)).status).toBe(200)
  expect(await vivarium.ended()).toMatchObject({ status: 0, signal: null })
})
