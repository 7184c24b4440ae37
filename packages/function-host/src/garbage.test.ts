/** Whatever is sent, the answer is one of the API's own, and the host goes on. */
import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { createFunctionHost } from './index.ts'
import { hostFiles, writeFiles } from './testing/test-host.ts'

const echo = { 'echo.mjs': 'export const handler = async (event) => event' }
const known = new Set([200, 202, 204, 400, 404, 413, 415])

test('no name, query, header or body brings about a fault of the host', async () => {
  const host = await hostFiles(echo)
  const property = fc.asyncProperty(
    fc.oneof(fc.constant('echo'), fc.string({ unit: 'binary', maxLength: 80 })),
    fc.string({ maxLength: 30 }),
    fc.constantFrom('RequestResponse', 'Event', 'DryRun', 'event', ''),
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((json) => Buffer.from(json)),
    ),
    async (name, query, type, body) => {
      const target = `${encodeURIComponent(name.toWellFormed())}/invocations?${encodeURI(query)}`
      const response = await fetch(`${host.url}/2015-03-31/functions/${target}`, {
        method: 'POST',
        headers: { 'x-amz-invocation-type': type, 'content-type': 'application/octet-stream' },
        body: Buffer.from(body),
      })
      const text = await response.text()
      expect(known).toContain(response.status)
      if (response.status >= 400) expect(JSON.parse(text)).toHaveProperty('Type', 'User')
    },
  )
  await fc.assert(property, { numRuns: 200 })
  expect((await host.invoke('echo', 'alive')).payload).toBe('alive')
})

test('a payload comes back as it was sent', async () => {
  const host = await hostFiles(echo)
  const property = fc.asyncProperty(fc.jsonValue(), async (value) => {
    const sent: unknown = JSON.parse(JSON.stringify(value))
    expect((await host.invoke('echo', sent)).payload).toEqual(sent)
  })
  await fc.assert(property, { numRuns: 50 })
})

test('bytes that are no text are refused before the function runs', async () => {
  const host = await hostFiles(echo)
  const Payload = randomBytes(1_000)
  await expect(host.invoke('echo', undefined, { Payload })).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
  })
  expect(host.log).toEqual([])
})

test('a definition that cannot be is refused at once', async () => {
  const module = `${writeFiles(echo)}/echo.mjs`
  const refusal = (...functions: { name: string; module: string }[]) => {
    return () => {
      const host = createFunctionHost({ functions })
      onTestFinished(() => host.close())
    }
  }
  expect(refusal({ name: 'a b', module })).toThrow('"a b" is not the name of a function.')
  expect(refusal({ name: 'a', module: './a.mjs' })).toThrow(
    'The module of a must be an absolute path',
  )
  expect(refusal({ name: 'a', module }, { name: 'a', module })).toThrow(
    'Two functions have the same name.',
  )
})
