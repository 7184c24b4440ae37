/** Histories of concurrent clients, and whether they could have happened one after another (data-model §9). */
import type { HttpHandler } from '@vivarium/http'
import { send } from '../testing/send.ts'
import { answerOf, apply, type Operation, queryOf, type State, stateAtFirst } from './operations.ts'

/** What a client does: where it is sent, and whether to `/linearized`. */
export interface Sent {
  readonly operation: Operation
  readonly handler: number
  readonly isLinearized: boolean
}

/** What a client did. */
export interface Done extends Sent {
  readonly client: number
  readonly answer: string
  /** `x-txn-time`, in microseconds. */
  readonly micros: bigint
  /** Places in the order in which requests were sent and answers received. */
  readonly sentAt: number
  readonly answeredAt: number
}

/** Runs clients beside one another; each waits for its answers and tells the last time it has seen. */
export async function runClients(
  clients: readonly (readonly Sent[])[],
  handlers: readonly HttpHandler[],
  secret: string,
): Promise<Done[]> {
  let moment = 0
  const done: Done[] = []
  const run = async (client: number, work: readonly Sent[]) => {
    let seen = 0n
    for (const one of work) {
      const sentAt = moment++
      const handler = handlers[one.handler % handlers.length] ?? missing()
      const answered = await send(handler, {
        path: one.isLinearized ? '/linearized' : '/',
        headers: {
          authorization: `Bearer ${secret}`,
          'x-faunadb-api-version': '4',
          'x-last-seen-txn': String(seen),
        },
        body: JSON.stringify(queryOf(one.operation)),
      })
      const micros = BigInt(answered.headers['x-txn-time'] ?? missing())
      done.push({
        ...one,
        client,
        answer: answerOf(answered),
        micros,
        sentAt,
        answeredAt: moment++,
      })
      if (micros > seen) seen = micros
    }
  }
  await Promise.all(clients.map((work, client) => run(client, work)))
  return done
}

function missing(): never {
  throw new Error('there is no handler, or no transaction time')
}

/**
 * What is wrong with a history; undefined if it is that of its writes in the order of their transaction
 * times, with every other answer given between them.
 */
export function breachOf(history: readonly Done[]): string | undefined {
  const replayed = replay(history)
  if (typeof replayed === 'string') return replayed
  return breachOfSessions(history) ?? breachOfRealTime(history)
}

function replay(history: readonly Done[]): State | string {
  let state = stateAtFirst
  let before = stateAtFirst
  let last = 0n
  for (const one of history.toSorted(byTime)) {
    const now = apply(one.operation, state)
    if (isWrite(one)) {
      if (one.micros === last) return `two writes have the time ${last}`
      if (now.answer !== one.answer) return `${told(one)}, in order: ${now.answer}`
      if (now.state === state) return `${told(one)} says that it wrote`
      before = state
      last = one.micros
      state = now.state
    } else {
      // In the very microsecond of a write, an answer may be from before it.
      const answers = [now, ...(one.micros === last ? [apply(one.operation, before)] : [])]
        .filter((possible) => possible.state === state || possible.state === before)
        .map(({ answer }) => answer)
      if (!answers.includes(one.answer)) return `${told(one)}, in order: ${answers.join(' or ')}`
    }
  }
  return state
}

/** Writes before what only reads, at one time. */
const byTime = (a: Done, b: Done) =>
  a.micros === b.micros ? Number(isWrite(b)) - Number(isWrite(a)) : a.micros < b.micros ? -1 : 1

const refusals = new Set(['false', '"none left"', '"taken"', '"instance not unique"'])

function isWrite({ operation, answer }: Done): boolean {
  return operation.kind !== 'read' && operation.kind !== 'find' && !refusals.has(answer)
}

const told = ({ client, operation, answer, micros }: Done) =>
  `client ${client} at ${micros}: ${JSON.stringify(operation)} gave ${answer}`

/** A client that tells what it has seen never goes back in time, whichever server it asks. */
function breachOfSessions(history: readonly Done[]): string | undefined {
  const seen = new Map<number, bigint>()
  for (const one of history.toSorted((a, b) => a.sentAt - b.sentAt)) {
    if (one.micros < (seen.get(one.client) ?? 0n)) return `${told(one)}, earlier than before`
    seen.set(one.client, one.micros)
  }
  return undefined
}

/** What `/linearized` answers is no older than any write answered before it was asked. */
function breachOfRealTime(history: readonly Done[]): string | undefined {
  const writes = history.filter(isWrite)
  const late = history.find(
    (one) =>
      one.isLinearized &&
      writes.some((write) => write.answeredAt < one.sentAt && write.micros > one.micros),
  )
  return late && `${told(late)}, before a write that was answered`
}
