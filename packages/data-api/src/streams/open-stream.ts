/** Opening a stream (wire §7.1, data-model §10.1). */
import type { Value } from '@vivarium/fql'
import type { Committed } from '@vivarium/store'
import type { Outcome } from '../http/respond.ts'
import { type Answer, protocolError, unauthorized } from '../http/responses.ts'
import type { DatabaseView } from '../model/database-view.ts'
import { type Query, type QueryRunner, runQuery } from '../query.ts'
import { EventQueue } from './event-queue.ts'
import { holdOf, watchedDatabases } from './hold.ts'
import { streamErrors, streamLimitsDefault } from './limits.ts'
import { errorLine } from './render-event.ts'
import type { StreamField } from './stream-fields.ts'
import type { Opening, Streams } from './streams.ts'
import type { Subscriber } from './subscriber.ts'
import { targetOf } from './target.ts'

/** The answer that begins a stream, and what the stream is about. */
interface OpeningAnswer extends Answer {
  readonly opening: Opening
}

/** Evaluates a stream's expression, and opens the stream if it names something that can be followed. */
export async function openStream(
  streams: Streams,
  runner: QueryRunner,
  query: Query,
  fields: ReadonlySet<StreamField>,
): Promise<Outcome> {
  const deadline = performance.now() + query.parameters.queryTimeoutMs
  const { answer, ...evaluated } = await runQuery(
    runner,
    query,
    (view, value): OpeningAnswer => opening(view, value, query, fields),
  )
  if (!('opening' in answer)) return { answer, ...evaluated }
  if (streams.isClosed) return { answer: protocolError(503, 'time out', 'Read timed out.') }
  if (streams.isFull) return opened(evaluated, 0n, refusal(streamErrors.tooMany))
  const subscriber = await streams.join(answer.opening)
  const { timestamp, value: id } = await begin(streams, runner, answer.opening, {
    notBefore: evaluated.txnTime,
    subscriber,
  })
  if (id === undefined) {
    subscriber.end()
    return { answer: unauthorized }
  }
  if (performance.now() > deadline) subscriber.breakOff(streamErrors.slowOpening)
  else subscriber.begin(timestamp)
  return { ...opened(evaluated, id, subscriber.queue), txnTime: timestamp }
}

function opened(evaluated: Omit<Outcome, 'answer'>, id: bigint, stream: EventQueue): Outcome {
  const headers = { 'x-fauna-stream-id': String(id) }
  return { ...evaluated, answer: { status: 200, body: '', headers }, stream }
}

function opening(
  view: DatabaseView,
  value: Value,
  { secret, parameters: { version } }: Query,
  fields: ReadonlySet<StreamField>,
): OpeningAnswer {
  const { caller, database, unit } = view
  return {
    status: 200,
    body: '',
    opening: {
      secret,
      // No stream asks an issuer for keys again: what has changed since has ended it.
      proofs: { ...unit.proofs, isFinal: true },
      target: targetOf(view, value),
      format: { fields, version, database },
      caller,
      hold: holdOf(unit, caller),
      databases: watchedDatabases(unit, caller),
    },
  }
}

/**
 * Begins a stream with a commit of its own, which takes nothing but an id: the stream's; none if its
 * credentials were lost meanwhile.
 *
 * The commit divides all others. Whatever was under way when the stream joined, and so may not have been
 * recorded, has an earlier time; whatever comes later has a later one, whoever's clock it goes by.
 */
async function begin(
  streams: Streams,
  { store }: QueryRunner,
  asked: Opening,
  {
    notBefore,
    subscriber,
  }: { readonly notBefore: bigint | undefined; readonly subscriber: Subscriber },
): Promise<Committed<bigint | undefined>> {
  try {
    return await store.transact(
      (transaction) => {
        const unit = streams.unitOf(transaction, Number.POSITIVE_INFINITY)
        return streams.holds(unit, asked) ? transaction.newId() : undefined
      },
      { intent: 'write', ...(notBefore === undefined ? {} : { notBefore }) },
    )
  } catch (cause) {
    subscriber.end()
    throw cause
  }
}

/** A stream that says why it is none. */
function refusal(error: { readonly code: string; readonly description: string }): EventQueue {
  const queue = new EventQueue(streamLimitsDefault.queue, () => {})
  queue.breakOff(errorLine(0n, error))
  return queue
}
