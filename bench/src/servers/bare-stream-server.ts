/**
 * The reference of the streams: a bare `node:http` server that keeps the responses to `/stream` open, and
 * writes the bytes it was started with to each of them for every other request.
 *
 * Started with the bytes in the environment variable `ANSWER`; prints its address when it listens.
 */
import http from 'node:http'

const bytes = Buffer.from(process.env.ANSWER ?? '')
const open = new Set<http.ServerResponse>()

const server = http.createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json;charset=utf-8' })
  if (request.url === '/stream') {
    open.add(response)
    response.on('close', () => open.delete(response))
    response.write(bytes)
    return
  }
  for (const one of open) one.write(bytes)
  response.end('{}')
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
})
