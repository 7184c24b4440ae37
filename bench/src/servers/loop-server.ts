/**
 * The reference of what queries compute: a bare `node:http` server that parses the request, runs the loop
 * that it is started with and answers with what it gives. Prints its address when it listens.
 */
import http from 'node:http'
import { type LoopName, loops } from '../loops.ts'

// The benchmarks give names of loops alone.
const loop: (request: unknown) => unknown = loops[process.argv[2] as LoopName]

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const resource = loop(JSON.parse(Buffer.concat(chunks).toString('utf8')))
    response.writeHead(200, { 'content-type': 'application/json;charset=utf-8' })
    response.end(JSON.stringify({ resource }))
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
})
