import { setTimeout as wait } from 'node:timers/promises'
import faunadb, { type Expr } from 'faunadb'
import type { Benchmark } from '../benchmark.ts'
import { createItems } from '../items.ts'
import { answerTo, requestOf } from '../movies.ts'
import { ownMegabytes } from '../process-usage.ts'
import { withVivarium } from '../vivarium.ts'

const q = faunadb.query

const sampleMs = 50

/**
 * What a scan of all documents takes of memory while it runs, beyond what the process holds before.
 *
 * A set of a million refs as JavaScript values takes far more than a hundred megabytes, so what keeps within
 * the budget holds no such set; what it may take is what the garbage collector lets lie before it looks.
 * Pages of the store's file, which the system maps and takes back as it likes, do not count.
 */
export const scanMemory: Benchmark = {
  name: 'scan-memory',
  what:
    'the most memory of its own that the process takes, beyond before, for counting 1,000,000 documents, their ' +
    'union with themselves, and a reduction over their index entries',
  budget: { kind: 'limit', value: 100, unit: 'MB' },
  run: ({ documents }) =>
    withVivarium({ only: 'data-api' }, async (vivarium) => {
      const { dataApi } = vivarium.ready
      const secret = await createItems(dataApi, documents, ['items_by_number'])
      const items = q.Documents(q.Collection('Item'))
      const numbers = q.Match(q.Index('items_by_number'))
      const scans: readonly (readonly [string, Expr])[] = [
        ['count', q.Count(items)],
        ['union', q.Count(q.Union(items, items))],
        ['reduce', q.Reduce((sum: Expr, number: Expr) => q.Add(sum, number), 0, numbers)],
      ]
      // What loading has left behind goes with the first scan, and is not counted.
      await answerTo(dataApi, requestOf(q.Count(items), secret))
      const peaks: number[] = []
      const details: [string, string][] = [['documents', String(documents)]]
      for (const [name, scan] of scans) {
        const before = ownMegabytes(vivarium.pid)
        const peak = await peakDuring(vivarium.pid, () =>
          answerTo(dataApi, requestOf(scan, secret)),
        )
        peaks.push(peak - before)
        details.push([name, `${before.toFixed(0)} → ${peak.toFixed(0)} MB`])
      }
      return { value: Math.max(...peaks), details }
    }),
}

/** The most memory that a process held while something was done. */
async function peakDuring(pid: number, work: () => Promise<unknown>): Promise<number> {
  let isOver = false
  const done = work().finally(() => {
    isOver = true
  })
  let peak = 0
  while (!isOver) {
    peak = Math.max(peak, ownMegabytes(pid))
    await wait(sampleMs)
  }
  await done
  return peak
}
