import { setTimeout as wait } from 'node:timers/promises'
import type { Benchmark } from '../benchmark.ts'
import { residentMegabytes } from '../process-usage.ts'
import { startVivarium, temporaryDataDirectory } from '../vivarium.ts'

const settleMs = 3_000

/** What the whole stack holds in memory when nobody uses it. */
export const idleMemory: Benchmark = {
  name: 'idle-memory',
  what: 'the resident memory of `vivarium start`, all parts, seeded before, 3 seconds after it is ready',
  budget: { kind: 'limit', value: 200, unit: 'MB' },
  run: async () => {
    const directory = await temporaryDataDirectory()
    try {
      const first = await startVivarium(directory.path)
      await first.stop()
      const second = await startVivarium(directory.path)
      await wait(settleMs)
      const value = residentMegabytes(second.pid)
      await second.stop()
      return { value, details: [['resident', `${value.toFixed(0)} MB`]] }
    } finally {
      await directory.remove()
    }
  },
}
