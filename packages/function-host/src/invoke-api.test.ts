/** The Invoke API on the wire. */
import { InvokeCommand } from '@aws-sdk/client-lambda'
import { describe, expect, test } from 'vitest'
import { hostFiles } from './testing/test-host.ts'

const echo = { 'echo.mjs': 'export const handler = async (event) => event' }

describe('a function is found', () => {
  test.each([
    'echo',
    'echo:$LATEST',
    '000000000000:function:echo',
    'us-east-1:000000000000:function:echo',
    'arn:aws:lambda:us-east-1:000000000000:function:echo',
    'arn:aws:lambda:eu-west-3:123456789012:function:echo:$LATEST',
  ])('as %s', async (name) => {
    const host = await hostFiles(echo)
    expect(await host.invoke(name, { a: 1 })).toMatchObject({ status: 200, payload: { a: 1 } })
  })

  test('with a qualifier beside its name', async () => {
    const host = await hostFiles(echo)
    const reply = await host.invoke('echo', 1, { Qualifier: '$LATEST' })
    expect(reply).toMatchObject({ status: 200, version: '$LATEST', payload: 1 })
  })
})

describe('an invocation is refused', () => {
  test.each([
    [
      'of an unknown function',
      'absent',
      {},
      404,
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:000000000000:function:absent',
    ],
    [
      'of an unknown version',
      'echo',
      { Qualifier: 'live' },
      404,
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:000000000000:function:echo:live',
    ],
    [
      'with two qualifiers',
      'echo:1',
      { Qualifier: '2' },
      400,
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    ],
    [
      'of a name that cannot be',
      'no such/name',
      {},
      400,
      'ValidationException',
      expect.stringContaining("Value 'no such/name' at 'functionName'"),
    ],
    [
      'without JSON',
      'echo',
      { Payload: Buffer.from('{"a":') },
      400,
      'InvalidRequestContentException',
      expect.stringContaining('Could not parse request body into json'),
    ],
    [
      'with a payload too large',
      'echo',
      { Payload: Buffer.from(`"${'x'.repeat(6 * 1024 * 1024)}"`) },
      413,
      'RequestTooLargeException',
      'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    ],
    [
      'with a payload far too large',
      'echo',
      { Payload: Buffer.from(`"${'x'.repeat(8 * 1024 * 1024)}"`) },
      413,
      'RequestTooLargeException',
      'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    ],
    [
      'as an event too large',
      'echo',
      { InvocationType: 'Event' as const, Payload: Buffer.from(`"${'x'.repeat(256 * 1024)}"`) },
      413,
      'RequestTooLargeException',
      'Request must be smaller than 262144 bytes for the InvokeFunction operation',
    ],
    [
      'in an unknown way',
      'echo',
      { InvocationType: 'Later' as 'Event' },
      400,
      'ValidationException',
      expect.stringContaining("Value 'Later' at 'invocationType'"),
    ],
    [
      'with a client context that is none',
      'echo',
      { ClientContext: '!!' },
      400,
      'InvalidRequestContentException',
      expect.stringContaining('Client context'),
    ],
  ])('%s', async (_what, FunctionName, input, httpStatusCode, name, message) => {
    const host = await hostFiles(echo)
    const command = new InvokeCommand({ FunctionName, ...input })
    const error: unknown = await host.client.send(command).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name, $metadata: { httpStatusCode } })
    const { message: plain, Message } = error as { message: string; Message?: string }
    expect(Message ?? plain).toEqual(message)
    expect(host.log).toEqual([])
  })

  test('from a web page, whichever', async () => {
    const host = await hostFiles(echo)
    for (const origin of ['https://example.com', 'null', host.url]) {
      const reply = await post(host.url, '{}', { origin })
      expect(reply.status).toBe(403)
      expect(reply.headers.get('x-amzn-errortype')).toBe('AccessDeniedException')
      expect(reply.headers.get('access-control-allow-origin')).toBeNull()
    }
    expect(host.log).toEqual([])
  })

  test('with a body of another type', async () => {
    const host = await hostFiles(echo)
    const reply = await post(host.url, '{}', { 'content-type': 'text/plain' })
    expect(reply.status).toBe(415)
    expect(reply.headers.get('x-amzn-errortype')).toBe('UnsupportedMediaTypeException')
  })

  test.each([
    ['GET', '/2015-03-31/functions/echo/invocations'],
    ['POST', '/'],
    ['OPTIONS', '/2015-03-31/functions/echo/invocations'],
  ])('as %s %s', async (method, path) => {
    const host = await hostFiles(echo)
    const reply = await fetch(`${host.url}${path}`, { method })
    expect(reply.status).toBe(404)
    expect(reply.headers.get('x-amzn-errortype')).toBe('UnknownOperationException')
    expect(await reply.json()).toMatchObject({ Type: 'User' })
  })
})

test('an answer has the headers of Lambda', async () => {
  const host = await hostFiles(echo)
  const reply = await post(host.url, '{"a":1}', { 'x-amz-log-type': 'Tail' })
  expect(Object.fromEntries(reply.headers)).toMatchObject({
    'content-type': 'application/json',
    'x-amz-executed-version': '$LATEST',
    'x-amz-log-result': expect.stringMatching(/^[\w+/]+=*$/),
    'x-amzn-requestid': expect.stringMatching(/^[0-9a-f-]{36}$/),
  })
  expect(await reply.text()).toBe('{"a":1}')
})

test('a dry run answers without running', async () => {
  const host = await hostFiles(echo)
  expect((await host.invoke('echo', {}, { InvocationType: 'DryRun' })).status).toBe(204)
  await expect(host.invoke('absent', {}, { InvocationType: 'DryRun' })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  })
  expect(host.log).toEqual([])
})

test('a result beyond six megabytes is an error of the function', async () => {
  const host = await hostFiles({
    'large.mjs': 'export const handler = async (length) => "x".repeat(length)',
  })
  expect((await host.invoke('large', 6_291_554)).payload).toHaveLength(6_291_554)
  expect(await host.invoke('large', 6_291_555)).toMatchObject({
    error: 'Unhandled',
    payload: {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    },
  })
})

describe('the log', () => {
  const code = `
    export const handler = async (event) => {
      console.log('plain %d', 1)
      console.warn('two\\nlines')
      console.error(new Error('shown').message)
      console.debug({ a: 1 })
      process.stdout.write('raw\\n')
      if (event.fails) throw new Error('at last')
    }`

  test('has what was printed, in the layout of Lambda', async () => {
    const host = await hostFiles({ 'fn.mjs': code })
    const { log } = await host.invoke('fn', {}, { LogType: 'Tail' })
    const lines = log
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .split('\n')
    expect(lines).toEqual([
      'START RequestId: ID Version: $LATEST',
      'TIME\tID\tINFO\tplain 1',
      'TIME\tID\tWARN\ttwo\rlines',
      'TIME\tID\tERROR\tshown',
      'TIME\tID\tDEBUG\t{ a: 1 }',
      'raw',
      'END RequestId: ID',
      expect.stringMatching(
        /^REPORT RequestId: ID\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\t$/,
      ),
      '',
    ])
  })

  test('has the error that ended the invocation', async () => {
    const host = await hostFiles({ 'fn.mjs': code })
    const { log } = await host.invoke('fn', { fails: true }, { LogType: 'Tail' })
    expect(log).toMatch(/\tERROR\tInvoke Error \t\{"errorType":"Error","errorMessage":"at last",/)
  })

  test('is not sent unless it is asked for', async () => {
    const host = await hostFiles({ 'fn.mjs': code })
    expect((await host.invoke('fn', {})).log).toBe('')
  })

  test('is sent to its last four kilobytes', async () => {
    const host = await hostFiles({
      'fn.mjs':
        'export const handler = async () => { for (let i = 0; i < 999; i++) console.log("ä" + i) }',
    })
    const { log } = await host.invoke('fn', {}, { LogType: 'Tail' })
    expect(Buffer.byteLength(log)).toBeLessThanOrEqual(4096)
    expect(Buffer.byteLength(log)).toBeGreaterThan(4090)
    expect(log).toContain('ä998\n')
    expect(log).not.toContain('�')
  })

  test('of one invocation ends where it grows too long', async () => {
    const host = await hostFiles({
      'fn.mjs':
        'export const handler = async () => { const line = "x".repeat(65536); for (let i = 0; i < 99; i++) console.log(line) }',
    })
    await host.invoke('fn')
    const length = host.log.reduce((sum, { text }) => sum + text.length, 0)
    expect(length).toBeLessThan(1.1 * 1024 * 1024)
    expect(host.log.some(({ text }) => text.includes('became too long'))).toBe(true)
  })
})

function post(url: string, body: string, headers: Record<string, string>): Promise<Response> {
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }
  return fetch(`${url}/2015-03-31/functions/echo/invocations`, init)
}
