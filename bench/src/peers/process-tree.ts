/** What a server uses, all its processes together, as Linux tells it. */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** Seconds of processor time of processes and their descendants, those that have ended included. */
export function treeCpuSeconds(pids: readonly number[]): number {
  return sum(tree(pids), (pid) => {
    // The name of the program, in parentheses, may hold spaces.
    const fields = readProcess(pid, 'stat').split(') ')[1]?.split(' ') ?? []
    // Its own, as a user and in the kernel, and those of the children that it has waited for.
    return sum(fields.slice(11, 15), Number) / ticksPerSecond
  })
}

/** Megabytes of memory of processes and their descendants; what they share counts once. */
export function treeMegabytes(pids: readonly number[]): number {
  return sum(tree(pids), (pid) => {
    const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readProcess(pid, 'smaps_rollup'))?.[1]
    return Number(kilobytes ?? 0) / 1024
  })
}

function tree(pids: readonly number[]): readonly number[] {
  return pids.flatMap((pid) => [pid, ...tree(childrenOf(pid))])
}

function childrenOf(pid: number): readonly number[] {
  return threadsOf(pid).flatMap((thread) =>
    readProcess(pid, `task/${thread}/children`).split(' ').filter(Boolean).map(Number),
  )
}

function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** Nothing where the process has ended meanwhile. */
function readProcess(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((total, value) => total + of(value), 0)
}
