/**
 * The reference of the HTTP benchmarks: a bare `node:http` server that parses the request and answers with
 * the bytes it was started with; or, with `--json`, reads and writes them anew for each request.
 *
 * Started with the answer in the environment variable `ANSWER`; prints its address when it listens.
 */
import http from 'node:http'

const answer = process.env.ANSWER ?? ''
const bytes = Buffer.from(answer)
const readsAnew = process.argv.includes('--json')

const server = http.createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    JSON.parse(Buffer.concat(chunks).toString('utf8'))
    response.writeHead(200, { 'content-type': 'application/json;charset=utf-8' })
    response.end(readsAnew ? JSON.stringify(JSON.parse(answer)) : bytes)
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`)
})
