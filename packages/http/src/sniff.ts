import type { Socket } from 'node:net'

/**
 * The first line of the HTTP/2 client preface. No HTTP/1.1 request begins like it, and the rest of the
 * preface is the session's to check.
 */
const preface = Buffer.from('PRI * HTTP/2.0\r\n')

/**
 * Finds out by its first bytes which protocol a cleartext connection speaks, and hands it over with
 * those bytes unread. A connection that fails, ends or says nothing for `timeoutMs` is destroyed.
 */
export function sniff(
  socket: Socket,
  timeoutMs: number,
  found: (protocol: 'http/1.1' | 'h2') => void,
): void {
  let head: Buffer | undefined
  const give = () => socket.destroy()
  const look = (chunk: Buffer) => {
    head = head === undefined ? chunk : Buffer.concat([head, chunk])
    const length = Math.min(head.length, preface.length)
    const isHttp2 = head.compare(preface, 0, length, 0, length) === 0
    if (isHttp2 && length < preface.length) return
    socket.off('data', look).off('error', give).off('end', give)
    socket.setTimeout(0)
    socket.off('timeout', give)
    socket.pause()
    socket.unshift(head)
    found(isHttp2 ? 'h2' : 'http/1.1')
  }
  socket.setTimeout(timeoutMs, give)
  socket.on('error', give).on('end', give).on('data', look)
}
