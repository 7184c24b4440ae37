/** What a function cannot do to the host, to other functions, or to its caller's time. */
import { expect, test } from 'vitest'
import { hostFiles } from './testing/test-host.ts'

test('a function that takes too long is ended, and says so as Lambda does', async () => {
  const host = await hostFiles(
    {
      'fn.mjs':
        'let n = 0\nexport const handler = async (endless) => { while (endless); return ++n }',
    },
    { timeoutMs: 200 },
  )
  expect((await host.invoke('fn', false)).payload).toBe(1)
  const reply = await host.invoke('fn', true, { LogType: 'Tail' })
  expect(reply).toMatchObject({
    status: 200,
    error: 'Unhandled',
    payload: {
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Task timed out after 0\.20 seconds$/,
      ),
    },
  })
  expect(reply.log).toMatch(/Task timed out after 0\.20 seconds\n/)
  // In a new worker.
  expect((await host.invoke('fn', false)).payload).toBe(1)
})

test('an idle function that waits for a timer is ended at its limit too', async () => {
  const host = await hostFiles(
    {
      'fn.mjs': 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 60000))',
    },
    { timeoutMs: 100 },
  )
  expect((await host.invoke('fn')).payload).toMatchObject({ errorType: 'Sandbox.Timedout' })
})

test.each([
  ['exits with a status', 'process.exit(7)', 'Runtime exited with error: exit status 7'],
  ['exits without one', 'process.exit()', 'Runtime exited without providing a reason'],
])('a function that %s is answered with an exit error', async (_what, statement, text) => {
  const host = await hostFiles({
    'fn.mjs': `let n = 0\nexport const handler = async (ends) => { if (ends) ${statement}; return ++n }`,
  })
  expect((await host.invoke('fn', true)).payload).toEqual({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(new RegExp(`^RequestId: [0-9a-f-]{36} Error: ${text}$`)),
  })
  expect((await host.invoke('fn', false)).payload).toBe(1)
})

test('a function that fills its memory is killed, and the host lives', async () => {
  const host = await hostFiles(
    {
      'fn.mjs':
        'export const handler = async (greedy) => { const all = []; while (greedy) all.push(new Array(10000).fill({})); return 1 }',
    },
    { memoryMb: 16, timeoutMs: 30_000 },
  )
  expect((await host.invoke('fn', true)).payload).toMatchObject({
    errorType: 'Runtime.ExitError',
    errorMessage: expect.stringMatching(/signal: killed$/),
  })
  expect((await host.invoke('fn', false)).payload).toBe(1)
})

test('an unhandled rejection is answered as Lambda does', async () => {
  const host = await hostFiles({
    'fn.mjs':
      'export const handler = () => { Promise.reject(new Error("lost")); return new Promise((r) => setTimeout(r, 9999)) }',
  })
  expect(await host.invoke('fn')).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'Error: lost' },
  })
})

test('an uncaught exception is answered with itself', async () => {
  const host = await hostFiles({
    'fn.mjs':
      'export const handler = (event, context, callback) => { setTimeout(() => { throw new RangeError("late") }, 1) }',
  })
  expect(await host.invoke('fn')).toMatchObject({
    error: 'Unhandled',
    payload: { errorType: 'RangeError', errorMessage: 'late' },
  })
})

test('a function that breaks down between invocations is started anew', async () => {
  const host = await hostFiles({
    'fn.mjs':
      'let n = 0\nexport const handler = async () => { setTimeout(() => { throw new Error("afterwards") }, 1); return ++n }',
  })
  expect((await host.invoke('fn')).payload).toBe(1)
  await host.logged('afterwards')
  expect((await host.invoke('fn')).payload).toBe(1)
})

test('a function sees its own environment and nothing of the host', async () => {
  process.env.VIVARIUM_TEST_SECRET = 'of the host'
  const host = await hostFiles(
    { 'fn.mjs': 'export const handler = async () => ({ ...process.env })' },
    { environment: { GREETING: 'hello' } },
  )
  const { payload } = await host.invoke('fn')
  delete process.env.VIVARIUM_TEST_SECRET
  expect(payload).toMatchObject({
    GREETING: 'hello',
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'fn',
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    _HANDLER: 'fn.handler',
  })
  expect(Object.keys(payload as object).sort()).toEqual([
    'AWS_DEFAULT_REGION',
    'AWS_EXECUTION_ENV',
    'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
    'AWS_LAMBDA_FUNCTION_NAME',
    'AWS_LAMBDA_FUNCTION_VERSION',
    'AWS_LAMBDA_INITIALIZATION_TYPE',
    'AWS_LAMBDA_LOG_GROUP_NAME',
    'AWS_LAMBDA_LOG_STREAM_NAME',
    'AWS_REGION',
    'GREETING',
    'LAMBDA_TASK_ROOT',
    'LANG',
    'PATH',
    'TZ',
    '_HANDLER',
  ])
})

test('a function that changes its environment changes nobody else’s', async () => {
  const host = await hostFiles({
    'fn.mjs':
      'export const handler = async () => { process.env.LEFT_BEHIND = "1"; globalThis.leftBehind = 1 }',
    'other.mjs':
      'export const handler = async () => [process.env.LEFT_BEHIND ?? null, typeof leftBehind]',
  })
  await host.invoke('fn')
  expect((await host.invoke('other')).payload).toEqual([null, 'undefined'])
  expect(process.env.LEFT_BEHIND).toBeUndefined()
})

test('a worker runs one invocation at a time, several workers run side by side', async () => {
  const host = await hostFiles(
    {
      // The two meet only if they run at once, and each has a module of its own.
      'fn.mjs': `let running = 0
        const channel = new BroadcastChannel('meeting')
        export const handler = (event, context, callback) => {
          context.callbackWaitsForEmptyEventLoop = false
          running++
          const timer = setInterval(() => channel.postMessage('here'), 1)
          channel.onmessage = () => {
            channel.postMessage('here')
            clearInterval(timer)
            callback(null, running)
            running--
          }
        }`,
    },
    { options: { workersMax: 2 } },
  )
  const replies = await Promise.all([host.invoke('fn'), host.invoke('fn')])
  expect(replies.map(({ payload }) => payload)).toEqual([1, 1])
})

test('who finds all workers busy waits, and beyond that is throttled', async () => {
  const host = await hostFiles(
    {
      'fn.mjs':
        'console.log("runs"); export const handler = () => new Promise((r) => setTimeout(r, 9999))',
    },
    { timeoutMs: 1_000, options: { workersMax: 1, waitingMax: 1 } },
  )
  const first = host.invoke('fn')
  await host.logged('START')
  const abort = new AbortController()
  const second = host.host.invoke({
    functionName: 'fn',
    qualifier: undefined,
    payload: '{}',
    signal: abort.signal,
  })
  await expect(host.invoke('fn')).rejects.toMatchObject({
    name: 'TooManyRequestsException',
    $metadata: { httpStatusCode: 429 },
    Reason: 'ConcurrentInvocationLimitExceeded',
    Type: 'User',
    retryAfterSeconds: '1',
  })
  abort.abort()
  expect(await second).toMatchObject({ kind: 'unreachable', errorName: 'ServiceException' })
  await first
})
