/**
 * Requests to the data API over HTTP/1.1 connections that are kept.
 *
 * The driver's own client speaks HTTP/2, which pays where many requests share a connection. A function has
 * one under way at a time, and a stream of HTTP/2 costs both sides a multiple of a request on a connection
 * that is there. So the driver makes the queries, and this sends them.
 */
import http from 'node:http'
import https from 'node:https'

/** What the server says. */
export interface Reply {
  readonly status: number
  readonly text: string
}

/** Connections to one server. */
export interface Connections {
  /** Rejects with the error of the connection, or `TimedOut`. */
  post(body: string, secret: string, timeoutMs: number): Promise<Reply>
  /** Uses none of the present connections again; what is under way on them may end. */
  renew(): void
}

/** There was no reply in time. */
export class TimedOut extends Error {
  override readonly name = 'TimedOut'
  readonly code = 'timed out'
}

/** How long a connection without work is kept, in milliseconds. */
const idleMs = 5_000

/** Longer than any reply to a query of ours, in characters. */
const replyLengthMax = 1024 * 1024

/** Connections to `endpoint`. Nothing is opened yet. */
export function createConnections(endpoint: string): Connections {
  const url = new URL(endpoint)
  const { Agent, request } = url.protocol === 'https:' ? https : http
  const open = () => new Agent({ keepAlive: true, timeout: idleMs })
  let agent = open()
  return {
    post(body, secret, timeoutMs) {
      const headers = {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-faunadb-api-version': '4',
      }
      return new Promise((resolve, reject) => {
        const sent = request(url, { method: 'POST', agent, headers })
        const timer = setTimeout(() => sent.destroy(new TimedOut()), timeoutMs)
        sent.once('response', (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => {
            text += chunk
            if (text.length > replyLengthMax) sent.destroy(new Error('The reply is too long'))
          })
          response.once('end', () => resolve({ status: response.statusCode ?? 0, text }))
          response.once('error', reject)
        })
        sent.once('error', reject)
        sent.once('close', () => clearTimeout(timer))
        sent.end(body)
      })
    },
    renew() {
      agent = open()
    },
  }
}
