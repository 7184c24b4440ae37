import { randomUUID } from 'node:crypto'
import { BodyTooLarge, type HttpHandler, type HttpRequest } from '@vivarium/http'
import { bodyBytesMax } from '../data-api.ts'

/** A request as a test writes it. */
export interface SentRequest {
  readonly method?: string
  readonly path?: string
  readonly query?: string
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** An answer, its body as text. */
export interface Answered {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

/** Sends a request to a handler as a listener would. */
export async function send(handler: HttpHandler, sent: SentRequest): Promise<Answered> {
  const body = typeof sent.body === 'string' ? Buffer.from(sent.body) : sent.body
  const request: HttpRequest = {
    id: randomUUID(),
    method: sent.method ?? 'POST',
    path: sent.path ?? '/',
    query: sent.query ?? '',
    headers: sent.headers ?? {},
    remoteAddress: '127.0.0.1',
    scheme: 'http',
    authority: 'in-process',
    announcesBody: body !== undefined,
    body: async () => {
      if ((body?.length ?? 0) > bodyBytesMax) throw new BodyTooLarge()
      return body ?? new Uint8Array()
    },
    signal: new AbortController().signal,
  }
  const answer = await handler(request)
  return {
    status: answer.status,
    headers: Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: text(answer.body),
  }
}

function text(body: Awaited<ReturnType<HttpHandler>>['body']): string {
  if (body === undefined || typeof body === 'string') return body ?? ''
  if (body instanceof Uint8Array) return Buffer.from(body).toString('utf8')
  throw new Error('the answer is a stream')
}
