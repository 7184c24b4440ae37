import { readdir, readFile, readlink } from 'node:fs/promises'

/** `0A`: the state of a socket that listens, in `/proc/net/tcp`. */
const listening = '0A'

/**
 * The process that listens at a port, such as `node (pid 4711): node server.js`; undefined if this
 * system does not tell, or not this user.
 */
export async function whoListens(port: number): Promise<string | undefined> {
  const inodes = await inodesOf(port)
  if (inodes.size === 0) return undefined
  const pids = (await list('/proc')).filter((name) => /^\d+$/.test(name))
  for (const pid of pids) {
    for (const descriptor of await list(`/proc/${pid}/fd`)) {
      const target = await readlink(`/proc/${pid}/fd/${descriptor}`).catch(() => '')
      const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1]
      if (inode !== undefined && inodes.has(inode)) return describe(pid)
    }
  }
  return undefined
}

async function inodesOf(port: number): Promise<ReadonlySet<string>> {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const inodes = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (await read(table)).split('\n').slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/)
      if (local?.endsWith(suffix) && state === listening && inode) inodes.add(inode)
    }
  }
  return inodes
}

async function describe(pid: string): Promise<string> {
  const words = (await read(`/proc/${pid}/cmdline`)).split('\0').filter((word) => word !== '')
  return `process ${pid} (${words.join(' ').slice(0, 120)})`
}

/** What cannot be read is empty: processes come and go, and some belong to others. */
const read = (file: string) => readFile(file, 'utf8').catch(() => '')
const list = (directory: string) => readdir(directory).catch((): string[] => [])
