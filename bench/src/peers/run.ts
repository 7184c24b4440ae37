/** One run of the comparison: everybody up, every work under every load in turn, everybody down. */
import type { Contender, Service, Work } from './contender.ts'
import { complaintAbout, type Figures, measure, middle } from './measure.ts'
import type { Failure, Row } from './report.ts'

/** How much is measured. */
export interface Plan {
  readonly rows: number
  readonly processes: number
  readonly connections: readonly number[]
  readonly works: readonly Work[]
  readonly seconds: number
  readonly rounds: number
}

/** What a run found. */
export interface Found {
  readonly rows: readonly Row[]
  readonly failures: readonly Failure[]
}

interface Participant {
  readonly contender: Contender
  readonly service: Service
}

/**
 * Measures contenders side by side: for each work and load, one after the other, round by round, so that the
 * machine's moods meet them all. One that does not start, or answers wrongly, is told of and left out.
 */
export async function runPlan(contenders: readonly Contender[], plan: Plan): Promise<Found> {
  const rows: Row[] = []
  const failures: Failure[] = []
  const fail = (failure: Failure) => {
    failures.push(failure)
    console.error(`  ! ${failure.contender}, ${failure.work ?? 'as a whole'}: ${failure.reason}`)
  }
  const participants = await startAll(contenders, plan, fail)
  try {
    for (const work of plan.works) {
      const able = await warmUp(participants, work, plan, fail)
      for (const connections of plan.connections) {
        rows.push(...(await measureAll(able, work, connections, plan, fail)))
      }
    }
  } finally {
    await stopAll(participants, plan, fail)
  }
  return { rows, failures }
}

async function startAll(
  contenders: readonly Contender[],
  { rows, processes, works }: Plan,
  fail: (failure: Failure) => void,
): Promise<readonly Participant[]> {
  const participants: Participant[] = []
  for (const contender of contenders) {
    if (!contender.works.some((work) => works.includes(work))) continue
    const own = ownProcesses(contender, processes)
    console.error(`  starting ${contender.name}, processes ${own} …`)
    try {
      const service = await contender.start({ rows, processes: own })
      participants.push({ contender, service })
    } catch (error) {
      fail({ contender: contender.name, processes, reason: reasonOf(error) })
    }
  }
  return participants
}

/** As many as there should be, or as it can have. */
function ownProcesses({ processesMax }: Contender, processes: number): number {
  return Math.min(processesMax, processes)
}

async function stopAll(
  participants: readonly Participant[],
  { processes }: Plan,
  fail: (failure: Failure) => void,
): Promise<void> {
  for (const { contender, service } of participants) {
    try {
      await service.stop()
    } catch (error) {
      fail({ contender: contender.name, processes, reason: `its end: ${reasonOf(error)}` })
    }
  }
}

/** Those who do the work as they should, their code compiled. */
async function warmUp(
  participants: readonly Participant[],
  work: Work,
  { processes, connections, seconds }: Plan,
  fail: (failure: Failure) => void,
): Promise<readonly Participant[]> {
  const able: Participant[] = []
  for (const participant of participants) {
    const { contender, service } = participant
    if (!contender.works.includes(work)) continue
    try {
      await check(service, work)
      await measure(service, service.requests(work), {
        connections: Math.max(...connections),
        seconds,
      })
      able.push(participant)
    } catch (error) {
      fail({ contender: contender.name, processes, work, reason: reasonOf(error) })
    }
  }
  return able
}

/** @throws Error if an answer is not complete, or if the rule lets through what it must not */
async function check(service: Service, work: Work): Promise<void> {
  for (const asked of service.requests(work).slice(0, 5)) {
    const complaint = await complaintAbout(service, asked)
    if (complaint !== undefined) throw new Error(complaint)
  }
  for (const asked of service.forbidden) {
    if ((await complaintAbout(service, asked)) === undefined) {
      throw new Error(`the rule lets through ${asked.method} ${asked.path} ${asked.body ?? ''}`)
    }
  }
}

async function measureAll(
  participants: readonly Participant[],
  work: Work,
  connections: number,
  { processes, seconds, rounds }: Plan,
  fail: (failure: Failure) => void,
): Promise<readonly Row[]> {
  const found = new Map<Contender, Figures[]>(participants.map(({ contender }) => [contender, []]))
  for (let round = 0; round < rounds; round++) {
    for (const { contender, service } of participants) {
      const figures = found.get(contender)
      if (figures === undefined) continue
      try {
        figures.push(await measure(service, service.requests(work), { connections, seconds }))
      } catch (error) {
        found.delete(contender)
        fail({ contender: contender.name, processes, work, connections, reason: reasonOf(error) })
      }
    }
  }
  return [...found].map(([contender, all]) => {
    const { name, isOurs = false } = contender
    const figures = middle(all)
    console.error(
      `  ${work}, processes ${processes}, connections ${connections}, ${name}: ` +
        `${figures.rate.toFixed(0)}/s, p50 ${figures.p50.toFixed(2)} ms, p99 ${figures.p99.toFixed(2)} ms, ` +
        `${figures.cpuMicros.toFixed(0)} µs, ${figures.megabytes.toFixed(0)} MB`,
    )
    const own = { ownProcesses: ownProcesses(contender, processes) }
    return { contender: name, isOurs, work, processes, ...own, connections, figures }
  })
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 1_000)
}
