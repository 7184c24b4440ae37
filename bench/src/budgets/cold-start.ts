import { type Benchmark, median } from '../benchmark.ts'
import { startVivarium, temporaryDataDirectory } from '../vivarium.ts'

const starts = 5

/** How long a seeded stack takes from nothing to ready. */
export const coldStart: Benchmark = {
  name: 'cold-start',
  what: 'from the start of the process to its ready line, all parts, on a seeded data directory',
  budget: { kind: 'limit', value: 2_000, unit: 'ms' },
  run: async () => {
    const directory = await temporaryDataDirectory()
    try {
      const first = await startVivarium(directory.path)
      await first.stop()
      const times: number[] = []
      for (let i = 0; i < starts; i++) {
        const running = await startVivarium(directory.path)
        times.push(running.startMs)
        await running.stop()
      }
      return {
        value: median(times),
        details: [
          ['first start, which seeds', `${first.startMs.toFixed(0)} ms`],
          ['slowest', `${Math.max(...times).toFixed(0)} ms`],
        ],
      }
    } finally {
      await directory.remove()
    }
  },
}
