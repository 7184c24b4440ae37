/** `vivarium start --workers N` as processes: who answers, who takes whose place, and that no request is lost. */
import http from 'node:http'
import {
  CognitoIdentityProviderClient,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import faunadb from 'faunadb'
import { expect, onTestFinished, test } from 'vitest'
import {
  startVivarium,
  temporaryDirectory,
  type VivariumProcess,
} from '../testing/vivarium-process.ts'

const { query: q } = faunadb
const rootKey = 'test-root-key-of-this-test'
const keyed = { VIVARIUM_ROOT_KEY: rootKey }
const two = ['--workers=2', '--log-level=info', '--metrics-port=0']

function client(endpoint: string | undefined): faunadb.Client {
  const opened = new faunadb.Client({ endpoint: endpoint ?? '', secret: rootKey })
  onTestFinished(() => opened.close({ force: true }))
  return opened
}

/** Asks over HTTP/1.1 and an agent's kept connections. */
function ask(url: string, agent: http.Agent, method = 'GET', body = ''): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${rootKey}` }
    const request = http.request(url, { method, agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve([response.statusCode ?? 0, text]))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })
}

function agent(): http.Agent {
  const opened = new http.Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => opened.destroy())
  return opened
}

/** The process ids of the workers that have served, in the order of their start. */
async function workerPids(vivarium: VivariumProcess, count: number): Promise<number[]> {
  const lines = await vivarium.lines((line) => line.msg === 'a worker serves', count)
  return lines.map(({ pid }) => Number(pid))
}

const isAlive = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

test('all workers answer at the same ports, over one store and one mailbox', async () => {
  const vivarium = startVivarium(temporaryDirectory(), two, keyed)
  const ready = await vivarium.ready()
  expect(ready).toMatchObject({ ready: true, userPoolId: expect.any(String) })
  const pools = new CognitoIdentityProviderClient({
    endpoint: ready.userPools ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const Username = 'jane@example.com'
  await pools.send(
    new SignUpCommand({
      ClientId: ready.clientId,
      Username,
      Password: 'Correct-horse-9',
      UserAttributes: [{ Name: 'email', Value: Username }],
    }),
  )
  for (let i = 0; i < 8; i++) {
    const own = agent()
    const [status, mailbox] = await ask(`${ready.web}/_vivarium/mailbox`, own)
    expect([status, JSON.parse(mailbox)]).toMatchObject([200, [{ to: Username }]])
    expect(await ask(`${ready.dataApi}/`, agent(), 'POST', '{"add":[1,2]}')).toEqual([
      200,
      '{"resource":3}',
    ])
  }
  const [, metrics] = await ask(ready.metrics ?? '', agent())
  for (const worker of [0, 1]) {
    expect(metrics).toMatch(
      new RegExp(
        `^vivarium_request_duration_seconds_count\\{(?=[^}]*worker="${worker}")(?=[^}]*operation="query")[^}]*\\} [1-9]`,
        'm',
      ),
    )
  }
  expect(metrics).toMatch(/^vivarium_workers 2$/m)
  const pids = await workerPids(vivarium, 2)
  expect(await vivarium.stop()).toMatchObject({ status: 0, signal: null })
  expect(pids.filter(isAlive)).toEqual([])
})

test('a rolling restart under load loses no request of any client', {
  timeout: 120_000,
}, async () => {
  const vivarium = startVivarium(temporaryDirectory(), [...two, '--no-seed'], keyed)
  const ready = await vivarium.ready()
  const before = await workerPids(vivarium, 2)
  await client(ready.dataApi).query(q.CreateCollection({ name: 'Kept' }))
  let isOver = false
  const failures: unknown[] = []
  let written = 0
  const repeat = async (step: () => Promise<void>) => {
    while (!isOver) await step().catch((error: unknown) => failures.push(error))
  }
  const drivers = Array.from({ length: 3 }, () => client(ready.dataApi)).map((driver) =>
    repeat(async () => {
      await driver.query(q.Create(q.Collection('Kept'), { data: {} }))
      written++
    }),
  )
  const others = [
    repeat(async () => {
      const response = await fetch(`${ready.dataApi}/ping?scope=node`)
      if ((await response.text()) !== '{"resource":"Scope node is OK"}') throw new Error('ping')
    }),
    ...[agent(), agent()].map((kept) =>
      repeat(async () => {
        const [status, text] = await ask(`${ready.userPools}/health`, kept)
        if (status !== 200) throw new Error(`health: ${status} ${text}`)
      }),
    ),
    // Every request a connection.
    repeat(async () => {
      const [status, text] = await ask(`${ready.dataApi}/ping?scope=node`, new http.Agent())
      if (status !== 200) throw new Error(`ping: ${status} ${text}`)
    }),
  ]
  vivarium.kill('SIGHUP')
  await vivarium.logged('"restarted"')
  isOver = true
  await Promise.all([...drivers, ...others])
  expect(failures).toEqual([])
  const after = await workerPids(vivarium, 4)
  expect(before.filter(isAlive)).toEqual([])
  expect(after.slice(2).filter(isAlive)).toHaveLength(2)
  expect(written).toBeGreaterThan(0)
  const count = await client(ready.dataApi).query<number>(
    q.Count(q.Documents(q.Collection('Kept'))),
  )
  expect(count).toBe(written)
})

test('a worker that is killed is replaced; its requests fail cleanly, and no acknowledged write is lost', {
  timeout: 120_000,
}, async () => {
  const vivarium = startVivarium(temporaryDirectory(), [...two, '--no-seed'], keyed)
  const ready = await vivarium.ready()
  const [first, second] = await workerPids(vivarium, 2)
  await client(ready.dataApi).query(q.CreateCollection({ name: 'Kept' }))
  let isOver = false
  const acknowledged: string[] = []
  const body = '{"create":{"collection":"Kept"},"params":{"object":{"data":{"object":{}}}}}'
  const writers = Array.from({ length: 3 }, agent).map(async (kept) => {
    while (!isOver) {
      try {
        const [status, text] = await ask(`${ready.dataApi}/`, kept, 'POST', body)
        // A whole answer, and the right one.
        const made: { resource: { ref: { '@ref': { id: string } } } } = JSON.parse(text)
        expect(status).toBe(201)
        acknowledged.push(made.resource.ref['@ref'].id)
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(ECONNRESET|EPIPE)$/) })
      }
    }
  })
  process.kill(second ?? 0, 'SIGKILL')
  await vivarium.logged('the worker is replaced')
  // The one that looks after the store, too.
  process.kill(first ?? 0, 'SIGKILL')
  await vivarium.lines((line) => line.msg === 'the worker is replaced', 2)
  isOver = true
  await Promise.all(writers)
  expect(acknowledged.length).toBeGreaterThan(0)
  const { data } = await client(ready.dataApi).query<{ data: string[] }>(
    q.Map(
      q.Paginate(q.Documents(q.Collection('Kept')), { size: 100_000 }),
      q.Lambda('ref', q.Select('id', q.Var('ref'))),
    ),
  )
  const kept = new Set(data)
  expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
})

test('workers end with the primary, whatever happens to it', async () => {
  const vivarium = startVivarium(temporaryDirectory(), [...two, '--no-seed'], keyed)
  await vivarium.ready()
  await workerPids(vivarium, 2)
  vivarium.kill('SIGKILL')
  // Not before nobody holds its standard error any more, as the workers do.
  expect(await vivarium.ended()).toMatchObject({ status: null, signal: 'SIGKILL' })
})

test('what keeps the first worker from starting is said once, with its status', async () => {
  const vivarium = startVivarium('/dev/null/nothing', two)
  const { status, stdout, stderr } = await vivarium.ended()
  expect([status, stdout]).toEqual([1, ''])
  expect(stderr.match(/The data directory/g)).toHaveLength(1)
})
