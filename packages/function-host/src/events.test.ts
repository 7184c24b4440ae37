/** Asynchronous invocations. */
import { expect, test } from 'vitest'
import { hostFiles } from './testing/test-host.ts'

const counting = `
  let n = 0
  export const handler = async ({ failures }) => {
    n++
    if (n <= failures) throw new Error('failure ' + n)
    console.log('success ' + n)
  }`

test('an event is accepted before it has run, and runs', async () => {
  const host = await hostFiles({ 'fn.mjs': counting })
  const reply = await host.invoke('fn', { failures: 0 }, { InvocationType: 'Event' })
  expect(reply).toEqual({
    status: 202,
    error: undefined,
    version: undefined,
    payload: undefined,
    log: '',
  })
  await host.logged('success 1')
})

test('an event is tried twice again', async () => {
  const host = await hostFiles({ 'fn.mjs': counting }, { options: { eventRetryDelaysMs: [1, 1] } })
  await host.invoke('fn', { failures: 2 }, { InvocationType: 'Event' })
  const log = await host.logged('success 3')
  expect(log).toMatch(/failure 1.*failure 2/s)
})

test('the tries of an event have one request id', async () => {
  const host = await hostFiles({ 'fn.mjs': counting }, { options: { eventRetryDelaysMs: [1, 1] } })
  await host.invoke('fn', { failures: 1 }, { InvocationType: 'Event' })
  await host.logged('success 2')
  const ids = host.log
    .filter(({ text }) => text.startsWith('START'))
    .map(({ requestId }) => requestId)
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})

test('an event that fails three times is given up', async () => {
  const host = await hostFiles({ 'fn.mjs': counting }, { options: { eventRetryDelaysMs: [1, 1] } })
  await host.invoke('fn', { failures: 99 }, { InvocationType: 'Event' })
  const log = await host.logged('dropped: the function failed')
  expect(log).toContain('failure 3')
  expect(log).not.toContain('failure 4')
})

test('closing gives up the events that wait, without waiting for them', async () => {
  const host = await hostFiles(
    { 'fn.mjs': counting },
    { options: { eventRetryDelaysMs: [999_999] } },
  )
  await host.invoke('fn', { failures: 99 }, { InvocationType: 'Event' })
  await host.logged('REPORT')
  await host.host.close()
  expect(await host.logged('dropped')).toContain('failure 1')
})
