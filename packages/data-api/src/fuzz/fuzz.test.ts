/**
 * Random histories of queries, sent to the data API over several stores at once. It finds what no table of
 * cases does: crashes, internal errors, answers outside of the protocol, refused queries that wrote, and any
 * difference between running once, running again after every read, and going on after a restart.
 *
 * `VIVARIUM_FUZZ_RUNS` sets how many histories are run, `VIVARIUM_FUZZ_SEED` where they begin.
 */
import { type ApiVersion, apiVersions } from '@vivarium/fql'
import { isOnPostgres } from '@vivarium/store/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Answered } from '../testing/send.ts'
import { type Grammar, readGrammar } from './grammar.ts'
import { breachOf } from './protocol.ts'
import { queries } from './queries.ts'
import { callers } from './seeded-database.ts'
import { type Step, type Variant, Variants } from './variants.ts'

const runs = Number(process.env.VIVARIUM_FUZZ_RUNS ?? (isOnPostgres ? 30 : 300))
const seed = process.env.VIVARIUM_FUZZ_SEED
const stepsMax = 6

let grammar: Grammar
let variants: Variants

beforeAll(async () => {
  grammar = await readGrammar()
  variants = await Variants.prepare(grammar)
})

afterAll(() => variants.remove())

it(
  'random histories are answered by the protocol, and alike however they are run',
  async () => {
    const step: fc.Arbitrary<Step> = fc.record({
      caller: fc.oneof(fc.constant<Step['caller']>('admin'), fc.constantFrom(...callers)),
      version: fc.oneof(
        { weight: 8, arbitrary: fc.constant<ApiVersion>('4') },
        { weight: 1, arbitrary: fc.constantFrom(...apiVersions) },
      ),
      query: queries(grammar),
      seconds: fc.constantFrom(0, 1, 100),
    })
    const history = fc.array(step, { minLength: 1, maxLength: stepsMax })
    await fc.assert(
      fc.asyncProperty(history, fc.nat({ max: stepsMax }), async (steps, restartAt) => {
        const [plain, ...others] = await variants.open()
        try {
          for (const [i, one] of steps.entries()) {
            if (i === restartAt) for (const variant of others) await variant.restart()
            await expectSame(one, plain, others)
          }
          const dump = await plain.dump()
          for (const variant of others) expect(await variant.dump(), variant.kind).toBe(dump)
        } finally {
          for (const variant of [plain, ...others]) await variant.close()
        }
      }),
      { numRuns: runs, reporter: report, ...(seed === undefined ? {} : { seed: Number(seed) }) },
    )
  },
  24 * 3_600_000,
)

async function expectSame(step: Step, plain: Variant, others: readonly Variant[]): Promise<void> {
  const before = await plain.dump()
  const answered = await plain.run(step)
  const breach = breachOf(answered)
  if (breach !== undefined) throw new Error(`${breach}: ${answered.body}`)
  if (answered.status >= 400) expect(await plain.dump(), 'a refused query wrote').toBe(before)
  for (const variant of others) {
    expect(comparable(await variant.run(step)), variant.kind).toEqual(comparable(answered))
  }
}

/** An answer without what differs from one run to the next: time, ids, and what a schema kept in memory saves. */
function comparable({ status, headers, body }: Answered) {
  const {
    'x-query-time': _time,
    'x-storage-bytes-read': _bytes,
    'x-request-id': _id,
    traceparent: _trace,
    ...others
  } = headers
  return { status, body, headers: others }
}

/** The seed, and the shortest history that fails, as the driver would send it. */
function report(details: fc.RunDetails<[Step[], number]>): void {
  if (!details.failed) return
  const [steps, restartAt] = details.counterexample ?? [[], 0]
  const lines = steps.map(
    ({ caller, version, query, seconds }, i) =>
      `${i === restartAt ? '(restart) ' : ''}after ${seconds} s, ${caller}, version ${version}: ${JSON.stringify(query)}`,
  )
  throw new Error(
    `VIVARIUM_FUZZ_SEED=${details.seed} fails after ${details.numRuns} histories:\n${lines.join('\n')}`,
    { cause: details.errorInstance },
  )
}
