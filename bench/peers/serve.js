/**
 * How a peer is run: it prepares its data once, listens on a free port with as many processes as `WORKERS`
 * says, prints one line of JSON, `{"url", …what it prepared}`, and says the rest on standard error.
 */
import cluster from 'node:cluster'
import { once } from 'node:events'

/** The ready line alone goes to standard output; what libraries print there goes to standard error. */
const print = process.stdout.write.bind(process.stdout)
process.stdout.write = process.stderr.write.bind(process.stderr)

/** A secret of the bench alone. */
export const jwtSecret = 'a secret of the bench, which protects nothing at all'

/** The sizes of the data, as the bench gives them. */
export const sizes = {
  rows: Number(process.env.ROWS),
  owners: Number(process.env.OWNERS),
  members: Number(process.env.MEMBERS),
  idsPerMember: Number(process.env.IDS_PER_MEMBER),
}

/** What every film holds besides its number and its owner. */
export const film = { title: 'Spirited Away', director: 'Hayao Miyazaki', year: 2001 }

/**
 * @param {() => Promise<object>} prepare makes the data; runs once
 * @param {() => Promise<import('node:http').Server>} createServer runs in every process
 */
export async function serve(prepare, createServer) {
  const workers = Number(process.env.WORKERS ?? 1)
  if (cluster.isWorker) return listen(await createServer())
  const prepared = await prepare()
  const { port } = workers === 1 ? await listen(await createServer()) : await fork(workers)
  print(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, ...prepared })}\n`)
}

async function listen(server) {
  server.listen(Number(process.env.LISTEN_PORT ?? 0), '127.0.0.1')
  await once(server, 'listening')
  return server.address()
}

/** Node hands the same free port to all the processes of a cluster. */
async function fork(workers) {
  const listening = Array.from({ length: workers }, () => once(cluster.fork(), 'listening'))
  const [[address]] = await Promise.all(listening)
  process.once('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill('SIGTERM')
    process.exit(0)
  })
  return address
}
