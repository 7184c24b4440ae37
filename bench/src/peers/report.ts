/** The results as tables: how we compare, and every figure behind it. */
import { type Contender, type Work, workTexts } from './contender.ts'
import type { Figures } from './measure.ts'

/** One work of one contender under one load. */
export interface Row {
  readonly contender: string
  readonly isOurs: boolean
  readonly work: Work
  /** Processes of those that can have several. */
  readonly processes: number
  /** Its own, where it cannot have as many. */
  readonly ownProcesses: number
  readonly connections: number
  readonly figures: Figures
}

/** What could not be measured, and why. */
export interface Failure {
  readonly contender: string
  readonly processes: number
  readonly work?: Work
  readonly connections?: number
  readonly reason: string
}

/** A run. */
export interface Report {
  /** The machine, the versions and the sizes: `['node', 'v22.23.3']`. */
  readonly about: readonly (readonly [name: string, value: string])[]
  readonly contenders: readonly Pick<Contender, 'name' | 'setup' | 'works'>[]
  readonly rows: readonly Row[]
  readonly failures: readonly Failure[]
}

/** One of ours by one peer under the same load; beyond 1, ours is ahead in every figure. */
export interface Ratios {
  readonly rate: number
  readonly p50: number
  readonly p99: number
  readonly cpu: number
  readonly memory: number
}

/** The ratios of one of ours to a peer. */
export function ratios(ours: Figures, peer: Figures): Ratios {
  return {
    rate: ours.rate / peer.rate,
    p50: peer.p50 / ours.p50,
    p99: peer.p99 / ours.p99,
    cpu: peer.cpuMicros / ours.cpuMicros,
    memory: peer.megabytes / ours.megabytes,
  }
}

/** The run as Markdown. */
export function markdown(report: Report): string {
  const ours = distinct(
    report.rows.filter(({ isOurs }) => isOurs).map(({ contender }) => contender),
  )
  return [
    '# Vivarium and what people would pick instead',
    '',
    `${report.about.map(([name, value]) => `${name} ${value}`).join(', ')}. Made by \`npm run bench:peers\`, in one run.`,
    '',
    'A ratio beyond 1 is in our favour: our rate by theirs; their percentiles, processor time per answer and',
    'memory by ours. What is under 1 stands in bold. Processor time and memory are those of the server and its',
    'database, all processes together.',
    '',
    ...ours.flatMap((name) => ratioTable(report, name)),
    ...failureList(report.failures),
    '## Figures',
    '',
    ...figureTable(report.rows),
    '',
    '## How each was set up',
    '',
    ...report.contenders.map(
      ({ name, setup, works }) => `- **${name}** (${works.join(', ')}): ${setup}.`,
    ),
    '',
  ].join('\n')
}

function ratioTable({ rows }: Report, name: string): readonly string[] {
  const lines = rows
    .filter(({ contender }) => contender === name)
    .flatMap((our) =>
      rows.filter((row) => !row.isOurs && isSameLoad(our, row)).map((peer) => ratioLine(our, peer)),
    )
  if (lines.length === 0) return []
  return [
    `## ${name} by its peers`,
    '',
    '| work | processes | connections | peer | rate | p50 | p99 | processor time | memory |',
    '|---|--:|--:|---|--:|--:|--:|--:|--:|',
    ...lines,
    '',
  ]
}

function ratioLine(our: Row, peer: Row): string {
  const { rate, p50, p99, cpu, memory } = ratios(our.figures, peer.figures)
  const cells = [rate, p50, p99, cpu, memory].map(ratioText)
  return `| ${workTexts[our.work]} | ${our.processes} | ${our.connections} | ${nameOf(peer)} | ${cells.join(' | ')} |`
}

function ratioText(ratio: number): string {
  const text = ratio.toFixed(2)
  return ratio < 1 ? `**${text}**` : text
}

function figureTable(rows: readonly Row[]): readonly string[] {
  return [
    '| work | processes | connections | who | answers/s | p50 ms | p99 ms | processor time µs | memory MB |',
    '|---|--:|--:|---|--:|--:|--:|--:|--:|',
    ...rows.map((row) => {
      const { work, processes, connections, figures } = row
      const { rate, p50, p99, cpuMicros, megabytes } = figures
      const milliseconds = [p50.toFixed(2), p99.toFixed(2)]
      const cells = [rate.toFixed(0), ...milliseconds, cpuMicros.toFixed(0), megabytes.toFixed(0)]
      return `| ${workTexts[work]} | ${processes} | ${connections} | ${nameOf(row)} | ${cells.join(' | ')} |`
    }),
  ]
}

function failureList(failures: readonly Failure[]): readonly string[] {
  if (failures.length === 0) return []
  return [
    '## Not measured',
    '',
    ...failures.map((failure) => {
      const { contender, processes, work, connections, reason } = failure
      const where = [`processes ${processes}`]
      if (work !== undefined) where.push(workTexts[work])
      if (connections !== undefined) where.push(`connections ${connections}`)
      return `- **${contender}** (${where.join(', ')}): ${reason.replaceAll('\n', ' ').trim()}`
    }),
    '',
  ]
}

function nameOf({ contender, processes, ownProcesses }: Row): string {
  return ownProcesses === processes ? contender : `${contender} (${ownProcesses} at most)`
}

function isSameLoad(a: Row, b: Row): boolean {
  return a.work === b.work && a.processes === b.processes && a.connections === b.connections
}

function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Set(values)]
}
