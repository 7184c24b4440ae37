import { fileURLToPath } from 'node:url'
import { compare, type LoadRequest, type Target } from './load.ts'
import type { LoopName } from './loops.ts'
import { answerTo, type requestOf } from './movies.ts'
import { startProcess } from './start-process.ts'

const rounds = 3

/** What a query and a loop in JavaScript cost. */
export interface LoopComparison {
  /** The loop's processor time by ours. */
  readonly ratio: number
  readonly cpuMicros: { readonly ours: number; readonly reference: number }
}

/**
 * Puts a query and the loop in JavaScript that gives the same under the same load, one request at a time.
 *
 * @throws Error if the two do not give the same
 */
export async function compareWithLoop(
  ours: Target,
  name: LoopName,
  request: ReturnType<typeof requestOf>,
): Promise<LoopComparison> {
  const script = fileURLToPath(new URL('./servers/loop-server.js', import.meta.url))
  const bare = await startProcess<{ readonly url: string }>(script, [name])
  try {
    const reference = { url: bare.ready.url, pid: bare.pid }
    await checkSameAnswer(ours, reference, request)
    const load: { request: LoadRequest; connections: number } = { request, connections: 1 }
    const result = await compare(ours, reference, { ...load, rounds })
    const cpuMicros = { ours: result.ours.cpuMicros, reference: result.reference.cpuMicros }
    return { ratio: cpuMicros.reference / cpuMicros.ours, cpuMicros }
  } finally {
    await bare.stop()
  }
}

/** Compares numbers whole; of pages, how many elements they have. */
async function checkSameAnswer(
  ours: Target,
  reference: Target,
  request: ReturnType<typeof requestOf>,
): Promise<void> {
  const [one, other] = [await sizeAt(ours, request), await sizeAt(reference, request)]
  if (one !== other) throw new Error(`the query gives ${one} and the loop ${other}`)
}

async function sizeAt({ url }: Target, request: ReturnType<typeof requestOf>): Promise<number> {
  const { resource }: { resource: number | { readonly data: readonly unknown[] } } = JSON.parse(
    await answerTo(url, request),
  )
  return typeof resource === 'number' ? resource : resource.data.length
}

/** The figures of a comparison, for the results. */
export function loopDetails(name: string, comparison: LoopComparison): [string, string][] {
  const { ratio, cpuMicros } = comparison
  const millis = (micros: number) => (micros / 1000).toFixed(1)
  const times = `${millis(cpuMicros.ours)} : ${millis(cpuMicros.reference)} ms`
  return [[name, `${ratio.toFixed(2)} (${times})`]]
}
