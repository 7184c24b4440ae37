/**
 * How a peer is run: a process of its own prepares the data and ends; then it listens on a free port with as many processes as `WORKERS`
 * says, prints one line of JSON, `{"url", …what it prepared}`, and says the rest on standard error.
 */
import { fork } from 'node:child_process'
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
 * @param {() => Promise<object>} prepare makes the data; runs once, in a process of its own
 * @param {() => Promise<import('node:http').Server>} createServer runs in every process
 */
export async function serve(prepare, createServer) {
  const workers = Number(process.env.WORKERS ?? 1)
  if (cluster.isWorker) return listen(await createServer())
  if (process.env.PREPARES !== undefined) {
    process.send(await prepare(), () => process.exit(0))
    return
  }
  const prepared = await prepareElsewhere()
  const { port } = workers === 1 ? await listen(await createServer()) : await forkWorkers(workers)
  print(`${JSON.stringify({ url: `http://127.0.0.1:${port}`, ...prepared })}\n`)
}

/** What the preparation leaves in memory is not the server's. */
function prepareElsewhere() {
  const child = fork(process.argv[1], { env: { ...process.env, PREPARES: 'yes' } })
  return new Promise((resolve, reject) => {
    let prepared
    child.once('message', (message) => {
      prepared = message
    })
    child.once('exit', (code) => {
      if (prepared === undefined) reject(new Error(`The preparation ended with ${code}.`))
      else resolve(prepared)
    })
  })
}

async function listen(server) {
  server.listen(Number(process.env.LISTEN_PORT ?? 0), '127.0.0.1')
  await once(server, 'listening')
  return server.address()
}

/** Node hands the same free port to all the processes of a cluster. */
async function forkWorkers(workers) {
  const listening = Array.from({ length: workers }, () => once(cluster.fork(), 'listening'))
  const [[address]] = await Promise.all(listening)
  process.once('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers ?? {})) worker?.kill('SIGTERM')
    process.exit(0)
  })
  return address
}
