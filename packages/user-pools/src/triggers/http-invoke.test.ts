import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpInvoke } from './http-invoke.ts'

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
let server: Server | undefined

/** Listens on a free port of this machine; `answer` gets each request with its body. */
async function listen(
  answer: (request: IncomingMessage, body: string, response: ServerResponse) => void,
): Promise<string> {
  const listening = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    answer(request, body, response)
  })
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const address = listening.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  return `http://127.0.0.1:${address.port}`
}

afterEach(async () => {
  const closing = server
  server = undefined
  if (closing === undefined) return
  closing.closeAllConnections()
  await new Promise((resolve) => closing.close(resolve))
})

const signal = new AbortController().signal
const call = { functionName: 'claims', qualifier: undefined, payload: '{"a":"ü"}', signal }

describe('createHttpInvoke', () => {
  it('posts the event to the Lambda Invoke API, signed', async () => {
    let seen: { method?: string; url?: string; authorization?: string; body?: string } = {}
    const endpoint = await listen((request, body, response) => {
      const { method, url, headers } = request
      seen = {
        body,
        ...(method !== undefined && { method }),
        ...(url !== undefined && { url }),
        ...(headers.authorization !== undefined && { authorization: headers.authorization }),
      }
      response.end('{"response":{"b":"é"}}')
    })
    const invoke = createHttpInvoke({ endpoint, region: 'eu-west-1', credentials })
    await expect(invoke({ ...call, qualifier: 'live' })).resolves.toEqual({
      kind: 'returned',
      payload: '{"response":{"b":"é"}}',
    })
    expect(seen).toMatchObject({
      method: 'POST',
      url: '/2015-03-31/functions/claims/invocations?Qualifier=live',
      body: '{"a":"ü"}',
    })
    expect(seen.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=local\/\d{8}\/eu-west-1\/lambda\/aws4_request,/,
    )
  })

  it('tells a function that threw by its header', async () => {
    const endpoint = await listen((_request, _body, response) => {
      response.setHeader('X-Amz-Function-Error', 'Unhandled')
      response.end('{"errorMessage":"no","errorType":"Error","trace":[]}')
    })
    const invoke = createHttpInvoke({ endpoint, region: 'us-east-1', credentials })
    await expect(invoke(call)).resolves.toEqual({
      kind: 'threw',
      payload: '{"errorMessage":"no","errorType":"Error","trace":[]}',
    })
  })

  it.each([
    [404, 'ResourceNotFoundException'],
    [429, 'TooManyRequestsException'],
    [403, 'AccessDeniedException'],
    [500, 'ServiceException'],
  ])('names the error of a status %d, after one request', async (status, name) => {
    let requests = 0
    const endpoint = await listen((_request, _body, response) => {
      requests += 1
      response.writeHead(status, { 'x-amzn-ErrorType': name, 'content-type': 'application/json' })
      response.end('{"Message":"Function not found"}')
    })
    const invoke = createHttpInvoke({ endpoint, region: 'us-east-1', credentials })
    await expect(invoke(call)).resolves.toMatchObject({ kind: 'unreachable', errorName: name })
    expect(requests).toBe(1)
  })

  it('says nothing of the connection but that it failed', async () => {
    const endpoint = await listen((request) => request.socket.destroy())
    const invoke = createHttpInvoke({ endpoint, region: 'us-east-1', credentials })
    await expect(invoke(call)).resolves.toMatchObject({
      kind: 'unreachable',
      errorName: 'ServiceException',
    })
  })

  it('gives up when it is told to', async () => {
    const stop = new AbortController()
    const endpoint = await listen(() => stop.abort())
    const invoke = createHttpInvoke({ endpoint, region: 'us-east-1', credentials })
    await expect(invoke({ ...call, signal: stop.signal })).resolves.toMatchObject({
      kind: 'unreachable',
    })
  })
})
