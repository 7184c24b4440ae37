/** Handlers of every style, and what is answered when they fail. */
import { describe, expect, test } from 'vitest'
import { hostFiles } from './testing/test-host.ts'

/** Invokes the one function in `code`, an ECMAScript module unless the file says otherwise. */
async function run(code: string, event?: unknown, file = 'fn.mjs') {
  const host = await hostFiles({ [file]: code })
  return host.invoke('fn', event, { LogType: 'Tail' })
}

describe('a handler', () => {
  test.each([
    ['is async', 'fn.mjs', 'export const handler = async (event) => ({ sum: event.a + event.b })'],
    [
      'is TypeScript',
      'fn.ts',
      'export async function handler(event: { a: number; b: number }) { return { sum: event.a + event.b } }',
    ],
    [
      'is a CommonJS export',
      'fn.cjs',
      'exports.handler = async (event) => ({ sum: event.a + event.b })',
    ],
    [
      'is a CommonJS export that node cannot see',
      'fn.cjs',
      'Object.assign(module.exports, { handler: async (event) => ({ sum: event.a + event.b }) })',
    ],
    [
      'calls back',
      'fn.mjs',
      'export const handler = (event, context, callback) => callback(null, { sum: event.a + event.b })',
    ],
    [
      'calls back later',
      'fn.mjs',
      'export const handler = (event, context, callback) => { setTimeout(() => callback(undefined, { sum: event.a + event.b }), 1) }',
    ],
    [
      'calls context.succeed',
      'fn.mjs',
      'export const handler = (event, context) => context.succeed({ sum: event.a + event.b })',
    ],
    [
      'calls context.done',
      'fn.mjs',
      'export const handler = (event, context) => context.done(null, { sum: event.a + event.b })',
    ],
    [
      'returns a thenable',
      'fn.mjs',
      'export const handler = (event) => ({ then: (resolve) => resolve({ sum: event.a + event.b }) })',
    ],
  ])('that %s is answered with its result', async (_style, file, code) => {
    const reply = await run(code, { a: 1, b: 2 }, file)
    expect(reply).toMatchObject({ status: 200, payload: { sum: 3 }, version: '$LATEST' })
    expect(reply.error).toBeUndefined()
  })

  test('in TypeScript may import its neighbours', async () => {
    const host = await hostFiles({
      'fn.ts':
        "import { twice } from './twice'\nexport const handler = async (n: number) => twice(n)",
      'twice.ts': 'export const twice = (n: number): number => 2 * n',
    })
    expect((await host.invoke('fn', 21)).payload).toBe(42)
  })

  test('without a payload gets an empty object', async () => {
    expect((await run('export const handler = async (event) => event')).payload).toEqual({})
  })

  test('that returns a value without a promise or a callback is answered with null', async () => {
    expect((await run('export const handler = () => 42')).payload).toBeNull()
  })

  test('whose promise can never settle is answered with null', async () => {
    expect((await run('export const handler = () => new Promise(() => {})')).payload).toBeNull()
  })

  test('that returns undefined is answered with null', async () => {
    expect((await run('export const handler = async () => {}')).payload).toBeNull()
  })

  test('keeps its module between invocations', async () => {
    const host = await hostFiles({
      'fn.mjs': 'let count = 0\nexport const handler = async () => ++count',
    })
    expect([(await host.invoke('fn')).payload, (await host.invoke('fn')).payload]).toEqual([1, 2])
  })

  test('may be an export inside another', async () => {
    const host = await hostFiles(
      { 'fn.mjs': 'export const triggers = { token: async () => "deep" }' },
      { handler: 'triggers.token' },
    )
    expect((await host.invoke('fn')).payload).toBe('deep')
  })

  test('gets the context that Lambda gives', async () => {
    const host = await hostFiles({
      'fn.mjs': `export const handler = async (event, context) => ({
        ...context,
        remaining: context.getRemainingTimeInMillis(),
        functions: ['done', 'fail', 'succeed'].map((name) => typeof context[name]),
      })`,
    })
    const custom = Buffer.from(JSON.stringify({ custom: { a: '1' } })).toString('base64')
    const { payload } = await host.invoke('fn', {}, { ClientContext: custom })
    expect(payload).toEqual({
      functionName: 'fn',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fn',
      memoryLimitInMB: '128',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      logGroupName: '/aws/lambda/fn',
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      callbackWaitsForEmptyEventLoop: true,
      clientContext: { custom: { a: '1' } },
      remaining: expect.any(Number),
      functions: ['function', 'function', 'function'],
    })
    const { remaining } = payload as { remaining: number }
    expect(remaining).toBeGreaterThan(0)
    expect(remaining).toBeLessThanOrEqual(3000)
  })
})

describe('the empty event loop', () => {
  const code = (waits: boolean) => `
    export const handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = ${waits}
      const order = []
      setTimeout(() => { order.push('timer') }, 20)
      callback(null, { order, toJSON() { return order } })
    }`

  test('is waited for by a callback', async () => {
    expect((await run(code(true))).payload).toEqual(['timer'])
  })

  test('is not waited for when the context says so', async () => {
    expect((await run(code(false))).payload).toEqual([])
  })

  test('is not waited for by an error', async () => {
    const reply = await run(`export const handler = (event, context, callback) => {
      setInterval(() => {}, 1000)
      callback(new Error('at once'))
    }`)
    expect(reply.payload).toMatchObject({ errorMessage: 'at once' })
  })

  test('lets a worker go on to the next invocation', async () => {
    const host = await hostFiles({
      'fn.cjs': 'let n = 0; exports.handler = (event, context, callback) => callback(null, ++n)',
    })
    expect((await host.invoke('fn')).payload).toBe(1)
    expect((await host.invoke('fn')).payload).toBe(2)
  })
})

describe('an error', () => {
  const failures: [string, string, object][] = [
    [
      'thrown',
      'async () => { throw new TypeError("no") }',
      {
        errorType: 'TypeError',
        errorMessage: 'no',
        trace: expect.arrayContaining(['TypeError: no']),
      },
    ],
    [
      'thrown at once',
      '() => { throw new RangeError("now") }',
      { errorType: 'RangeError', errorMessage: 'now' },
    ],
    [
      'of a class of its own',
      'async () => { class Denied extends Error { name = "Denied" }; throw new Denied("you") }',
      { errorType: 'Denied', errorMessage: 'you' },
    ],
    [
      'given to the callback',
      '(event, context, callback) => callback(new Error("back"))',
      { errorType: 'Error', errorMessage: 'back' },
    ],
    [
      'given to context.fail',
      '(event, context) => context.fail(new Error("fail"))',
      { errorType: 'Error', errorMessage: 'fail' },
    ],
    [
      'that is a string',
      'async () => { throw "text" }',
      { errorType: 'string', errorMessage: 'text', trace: [] },
    ],
    [
      'that is nothing',
      'async () => { throw undefined }',
      { errorType: 'string', errorMessage: 'handled', trace: [] },
    ],
    [
      'that is an object',
      'async () => { throw { code: 1 } }',
      { errorType: 'object', errorMessage: '[object Object]', trace: [] },
    ],
    [
      'that cannot be read',
      'async () => { throw Object.create(null) }',
      {
        errorType: 'handled',
        errorMessage: expect.stringContaining('there was a problem while retrieving'),
      },
    ],
    [
      'of a result without JSON',
      'async () => { const a = {}; a.a = a; return a }',
      { errorType: 'Error', errorMessage: 'Unable to stringify response body' },
    ],
    [
      'of a result with a bigint',
      '(event, context, callback) => callback(null, 1n)',
      { errorType: 'Error', errorMessage: 'Unable to stringify response body' },
    ],
  ]
  test.each(failures)('%s is rendered as Lambda does', async (_what, handler, payload) => {
    const reply = await run(`export const handler = ${handler}`)
    expect(reply).toMatchObject({ status: 200, error: 'Unhandled', payload })
  })

  test('leaves the worker in use', async () => {
    const host = await hostFiles({
      'fn.mjs':
        'let n = 0\nexport const handler = async () => { n++; if (n === 1) throw new Error("first"); return n }',
    })
    expect((await host.invoke('fn')).error).toBe('Unhandled')
    expect((await host.invoke('fn')).payload).toBe(2)
  })

  test('of TypeScript names lines of the source', async () => {
    const reply = await run(
      '\n\n\nexport const handler = async () => {\n  throw new Error("here")\n}\n',
      {},
      'fn.ts',
    )
    const { trace } = reply.payload as { trace: string[] }
    expect(trace[1]).toMatch(/fn\.ts:5:\d+/)
  })
})

describe('a module', () => {
  test.each([
    [
      'without the handler',
      'fn.mjs',
      'export const other = 1',
      'Runtime.HandlerNotFound',
      'fn.handler is undefined or not exported',
    ],
    [
      'with a handler that is no function',
      'fn.mjs',
      'export const handler = 1',
      'Runtime.HandlerNotFound',
      'fn.handler is not a function',
    ],
    [
      'that imports what is not there',
      'fn.mjs',
      "import './absent.mjs'",
      'Runtime.ImportModuleError',
      expect.stringMatching(/^Error.*: Cannot find module '.*absent\.mjs'/),
    ],
    [
      'that requires what is not there',
      'fn.cjs',
      "require('absent')",
      'Runtime.ImportModuleError',
      expect.stringMatching(/^Error: Cannot find module 'absent'/),
    ],
    [
      'in TypeScript that imports what is not there',
      'fn.ts',
      "import 'absent'",
      'Runtime.ImportModuleError',
      expect.stringMatching(/^Error: Cannot find module 'absent'/),
    ],
    [
      'that does not parse',
      'fn.mjs',
      'export const = 1',
      'Runtime.UserCodeSyntaxError',
      expect.stringMatching(/^SyntaxError: /),
    ],
    [
      'in TypeScript that does not parse',
      'fn.ts',
      'export const = 1',
      'Runtime.UserCodeSyntaxError',
      expect.stringMatching(/^SyntaxError: .*fn\.ts:1/),
    ],
    ['that throws', 'fn.mjs', 'throw new Error("at load")', 'Error', 'at load'],
    [
      'that exits',
      'fn.mjs',
      'process.exit(3)',
      'Runtime.ExitError',
      expect.stringMatching(
        /^RequestId: [0-9a-f-]{36} Error: Runtime exited with error: exit status 3$/,
      ),
    ],
  ])('%s is answered with the error', async (_what, file, code, errorType, errorMessage) => {
    const reply = await run(code, {}, file)
    expect(reply).toMatchObject({
      status: 200,
      error: 'Unhandled',
      payload: { errorType, errorMessage },
    })
  })

  test('that is not there is answered with an import error', async () => {
    const host = await hostFiles({ 'fn.mjs': '' }, { module: '/nowhere/fn.mjs' })
    expect((await host.invoke('fn')).payload).toMatchObject({
      errorType: 'Runtime.ImportModuleError',
    })
  })
})
