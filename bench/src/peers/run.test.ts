import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import type { Asked, Contender } from './contender.ts'
import { type Plan, runPlan } from './run.ts'

const plan: Plan = {
  rows: 1,
  processes: 2,
  connections: [1, 3],
  works: ['read', 'list'],
  seconds: 0.3,
  rounds: 1,
}

const good: Asked = { method: 'GET', path: '/good', headers: {}, expects: 'film' }
const refused: Asked = { ...good, path: '/refused' }

function contender(name: string, changes: Partial<Contender> = {}): Contender {
  return { name, works: ['read'], processesMax: 1, setup: '', start: () => serve(), ...changes }
}

/** A server that refuses one path; the requests of a work, and those that must be refused. */
async function serve(requests: readonly Asked[] = [good], forbidden = [refused]) {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/refused' ? 403 : 200
    response.end('film')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `http://127.0.0.1:${port}`,
    pids: [process.pid],
    requests: () => requests,
    forbidden,
    stop: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

test('each work of a contender is measured under each load', async () => {
  const { rows, failures } = await runPlan(
    [contender('peer'), contender('ours', { isOurs: true })],
    plan,
  )
  expect(failures).toEqual([])
  expect(rows.map(({ contender, connections }) => [contender, connections])).toEqual([
    ['peer', 1],
    ['ours', 1],
    ['peer', 3],
    ['ours', 3],
  ])
  expect(rows.at(0)).toMatchObject({ work: 'read', processes: 2, ownProcesses: 1, isOurs: false })
  for (const { figures } of rows) {
    expect(figures.rate).toBeGreaterThan(0)
    expect(figures.p99).toBeGreaterThanOrEqual(figures.p50)
    expect(figures.megabytes).toBeGreaterThan(0)
  }
})

test('one that does not start is told of, and the others are measured', async () => {
  const broken = contender('broken', { start: () => Promise.reject(new Error('no such module')) })
  const { rows, failures } = await runPlan([broken, contender('peer')], plan)
  expect(failures).toEqual([{ contender: 'broken', processes: 2, reason: 'no such module' }])
  expect(rows.map(({ contender }) => contender)).toEqual(['peer', 'peer'])
})

test('answers that are not what was asked for are not measured', async () => {
  const unlike = { ...good, expects: 'movie' }
  const twice = { ...good, times: 2 }
  const { rows, failures } = await runPlan(
    [
      contender('unlike', { start: () => serve([unlike]) }),
      contender('incomplete', { start: () => serve([twice]) }),
      contender('refused', { start: () => serve([refused]) }),
    ],
    plan,
  )
  expect(rows).toEqual([])
  expect(failures.map(({ reason }) => reason)).toEqual([
    '200, "movie" 0 times instead of 1: film',
    '200, "film" 1 times instead of 2: film',
    '403, "film" 1 times instead of 1: film',
  ])
})

test('a rule that lets through what it must not is not measured', async () => {
  const open = contender('open', { start: () => serve([good], [good]) })
  const { rows, failures } = await runPlan([open], plan)
  expect(rows).toEqual([])
  expect(failures.map(({ reason }) => reason)).toEqual(['the rule lets through GET /good '])
})
