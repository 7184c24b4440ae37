/**
 * Runs the benchmarks named on the command line, or all of them, and writes what they found.
 *
 * `--documents 100000` loads so many where the budget is about a million: for trying.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { arch, cpus, platform, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Benchmark, budgetText, isWithin, type Measurement } from './benchmark.ts'
import { coldStart } from './budgets/cold-start.ts'
import { durableCreate } from './budgets/durable-create.ts'
import { growth } from './budgets/growth.ts'
import { idleMemory } from './budgets/idle-memory.ts'
import { indexMatch } from './budgets/index-match.ts'
import { joinedPage } from './budgets/joined-page.ts'
import { mapPaginate } from './budgets/map-paginate.ts'
import { pointRead } from './budgets/point-read.ts'
import { pureEvaluation } from './budgets/pure-evaluation.ts'
import { scanMemory } from './budgets/scan-memory.ts'
import { setAlgebra } from './budgets/set-algebra.ts'
import { signIn } from './budgets/sign-in.ts'
import { streamFanOut } from './budgets/stream-fan-out.ts'
import { groupSize } from './items.ts'

const benchmarks: readonly Benchmark[] = [
  pointRead,
  mapPaginate,
  indexMatch,
  joinedPage,
  setAlgebra,
  pureEvaluation,
  growth,
  scanMemory,
  durableCreate,
  signIn,
  streamFanOut,
  idleMemory,
  coldStart,
]

interface Result {
  readonly benchmark: Benchmark
  readonly measurement: Measurement
}

const { positionals: names, values: options } = parseArgs({
  allowPositionals: true,
  options: { documents: { type: 'string', default: '1000000' } },
})
const documents = Number(options.documents)
if (!(documents >= 1_000 && documents % groupSize === 0)) {
  console.error(`--documents is at least 1000, and a multiple of ${groupSize}.`)
  process.exit(2)
}
const unknown = names.filter((name) => !benchmarks.some((one) => one.name === name))
if (unknown.length > 0) {
  const known = benchmarks.map(({ name }) => name).join(', ')
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${known}.`)
  process.exit(2)
}

const results: Result[] = []
for (const benchmark of benchmarks) {
  if (names.length > 0 && !names.includes(benchmark.name)) continue
  console.error(`${benchmark.name} …`)
  const measurement = await benchmark.run({ documents })
  results.push({ benchmark, measurement })
  console.error(line({ benchmark, measurement }))
}
if (names.length === 0 && documents >= 1_000_000) await writeResults(results)
process.exit(
  results.every(({ benchmark, measurement }) => isWithin(benchmark.budget, measurement.value))
    ? 0
    : 1,
)

function line({ benchmark, measurement }: Result): string {
  const verdict = isWithin(benchmark.budget, measurement.value) ? 'within' : 'MISSED'
  const details = measurement.details.map(([name, value]) => `${name} ${value}`).join('; ')
  return `  ${measurement.value.toFixed(2)} (budget ${budgetText(benchmark.budget)}: ${verdict}) — ${details}`
}

async function writeResults(all: readonly Result[]): Promise<void> {
  const directory = fileURLToPath(new URL('../results/', import.meta.url))
  await mkdir(directory, { recursive: true })
  const machine = {
    node: process.version,
    platform: `${platform()} ${arch()}`,
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGib: Math.round(totalmem() / 2 ** 30),
  }
  const rows = all.map(({ benchmark, measurement }) => ({
    name: benchmark.name,
    what: benchmark.what,
    budget: budgetText(benchmark.budget),
    value: Number(measurement.value.toFixed(3)),
    isWithin: isWithin(benchmark.budget, measurement.value),
    details: Object.fromEntries(measurement.details),
  }))
  await writeFile(
    `${directory}budgets.json`,
    `${JSON.stringify({ machine, rows }, undefined, 2)}\n`,
  )
  await writeFile(`${directory}budgets.md`, markdown(machine, all))
}

function markdown(
  machine: Readonly<Record<string, string | number>>,
  all: readonly Result[],
): string {
  const about = Object.entries(machine).map(([name, value]) => `${name} ${value}`)
  const rows = all.map(({ benchmark, measurement }) => {
    const details = measurement.details.map(([name, value]) => `${name} ${value}`).join('; ')
    return `| ${benchmark.name} | ${measurement.value.toFixed(2)} | ${budgetText(benchmark.budget)} | ${benchmark.what} | ${details} |`
  })
  return [
    '# Budgets, measured',
    '',
    `${about.join(', ')}. Made by \`npm run bench\`; each figure and its reference are of one run.`,
    '',
    '| benchmark | measured | budget | what | figures, ours : reference |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
