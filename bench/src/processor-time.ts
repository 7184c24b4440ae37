import type { Measurement } from './benchmark.ts'
import { compare, loadDetails } from './load.ts'
import { answerTo, type requestOf } from './movies.ts'
import { type Ready, withBareServer } from './vivarium.ts'

const connections = 8

/**
 * The processor time of one request to the data API, against a bare server that gives the same answer.
 *
 * @param referenceArgs what the bare server is started with: `--json` to read and write the answer anew
 */
export async function processorTimeOf(
  vivarium: { readonly ready: Ready; readonly pid: number },
  request: ReturnType<typeof requestOf>,
  referenceArgs: readonly string[],
): Promise<Measurement> {
  const { dataApi } = vivarium.ready
  const answer = await answerTo(dataApi, request)
  return withBareServer(answer, referenceArgs, async (bare) => {
    const result = await compare(
      { url: dataApi, pid: vivarium.pid },
      { url: bare.ready.url, pid: bare.pid },
      { request, connections },
    )
    // Rates say what processor time says, less exactly where cores are shared with the load.
    return {
      value: result.reference.cpuMicros / result.ours.cpuMicros,
      details: loadDetails(result),
    }
  })
}
