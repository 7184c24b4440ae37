import { fileURLToPath } from 'node:url'
import faunadb from 'faunadb'
import { type Benchmark, median } from '../benchmark.ts'
import type { Target } from '../load.ts'
import { answerTo, createMovies, requestOf } from '../movies.ts'
import { cpuSeconds } from '../process-usage.ts'
import { startProcess } from '../start-process.ts'
import { Subscribers } from '../subscribers.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query
const subscribers = 1_000
const eventsPerRound = 100
const rounds = 5

/** One change of a document, told to everybody who follows it. */
export const streamFanOut: Benchmark = {
  name: 'stream-fan-out',
  what:
    'processor time per event told to 1,000 streams of one document, each change a durable Update, streams ' +
    'by one token with a role, HTTP/1.1, one process; against a bare node:http server that writes the same ' +
    'bytes to 1,000 open responses',
  budget: { kind: 'at-least', ratio: 0.5 },
  run: () =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const { secret, refs } = await createMovies(dataApi, 10)
      const [ref] = refs
      if (ref === undefined) throw new Error('there is no movie')
      const { body, headers } = requestOf(ref, secret)
      const update = requestOf(q.Update(ref, { data: { number: 7 } }), secret)
      const document = JSON.parse(await answerTo(dataApi, update)).resource
      const event = { action: 'update', document }
      const line = `${JSON.stringify({ type: 'version', txn: document.ts, event })}\r\n`
      const script = fileURLToPath(new URL('../servers/bare-stream-server.js', import.meta.url))
      const bare = await startProcess<{ readonly url: string }>(script, [], { ANSWER: line })
      const open = { ours: new Subscribers(), reference: new Subscribers() }
      try {
        for (let i = 0; i < subscribers; i++) {
          await open.ours.open(dataApi, headers, body)
          await open.reference.open(bare.ready.url, headers, body)
        }
        const ours = { url: dataApi, pid: vivarium.pid }
        const reference = { url: bare.ready.url, pid: bare.pid }
        const results = { ours: [] as Round[], reference: [] as Round[] }
        for (let i = 0; i <= rounds; i++) {
          const one = await measure(ours, open.ours, update)
          const other = await measure(reference, open.reference, update)
          // The first round warms both up.
          if (i === 0) continue
          results.ours.push(one)
          results.reference.push(other)
        }
        return measurement(results)
      } finally {
        open.ours.close()
        open.reference.close()
        await bare.stop()
      }
    }),
}

interface Round {
  /** Microseconds of processor time a delivered event. */
  readonly cpuMicros: number
  /** Delivered events a second. */
  readonly rate: number
}

async function measure(
  target: Target,
  open: Subscribers,
  change: ReturnType<typeof requestOf>,
): Promise<Round> {
  const delivered = subscribers * eventsPerRound
  open.reset()
  const cpu = cpuSeconds(target.pid)
  const started = performance.now()
  const received = open.received(delivered)
  for (let i = 0; i < eventsPerRound; i++) await answerTo(target.url, change)
  await received
  return {
    cpuMicros: ((cpuSeconds(target.pid) - cpu) * 1e6) / delivered,
    rate: delivered / ((performance.now() - started) / 1000),
  }
}

function measurement({
  ours,
  reference,
}: {
  readonly ours: readonly Round[]
  readonly reference: readonly Round[]
}) {
  const of = (list: readonly Round[], key: keyof Round) => median(list.map((round) => round[key]))
  const figures = (key: keyof Round, digits: number) =>
    `${of(ours, key).toFixed(digits)} : ${of(reference, key).toFixed(digits)}`
  return {
    value: of(reference, 'cpuMicros') / of(ours, 'cpuMicros'),
    details: [
      ['processor time per delivered event', `${figures('cpuMicros', 1)} µs`],
      ['delivered events per second', figures('rate', 0)],
    ] as const,
  }
}
