/** What other processes use, as Linux tells it. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** Seconds of processor time that a process has used, all its threads together. */
export function cpuSeconds(pid: number): number {
  // The name of the program, in parentheses, may hold spaces.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
}

/** Megabytes of memory that a process holds. */
export const residentMegabytes = (pid: number) => megabytes(pid, 'VmRSS')

/** The same without what it shares with files, such as those of a store. */
export const ownMegabytes = (pid: number) => megabytes(pid, 'RssAnon')

function megabytes(pid: number, name: string): number {
  const line = readFileSync(`/proc/${pid}/status`, 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}:`))
  return Number(/(\d+) kB/.exec(line ?? '')?.[1]) / 1024
}
