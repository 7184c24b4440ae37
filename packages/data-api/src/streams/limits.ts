import type { QueueLimits } from './event-queue.ts'

/** What bounds the streams of a process. */
export interface StreamLimits {
  /** Open streams (wire §9). */
  readonly streamsMax: number
  /** What waits for the reader of one stream. */
  readonly queue: QueueLimits
  /** Commits that wait to be told to streams: whoever follows more of them than can be told loses them. */
  readonly backlogMax: number
  /** How long the predicates of one transaction's streams may take, in milliseconds. */
  readonly evaluationMs: number
}

/** The limits where nothing else is said. */
export const streamLimitsDefault: StreamLimits = {
  streamsMax: 50_000,
  queue: { eventsMax: 1_000, bytesMax: 16 * 1024 * 1024 },
  backlogMax: 10_000,
  evaluationMs: 2_000,
}

const time = 'time out'

/** The errors that end a stream (wire §7.3). */
export const streamErrors = {
  lost: {
    code: 'permission denied',
    description: 'Authorization lost during stream evaluation.',
  },
  slowOpening: {
    code: 'request timeout',
    description: 'Request timed out while opening stream.',
  },
  tooMany: { code: 'too many requests', description: 'Too many open streams.' },
  slowEvaluation: { code: time, description: 'Stream timed out while synchronizing.' },
  congested: (items: number) => ({
    code: time,
    description: `Stream closed due to congestion after accumulating ${items} items.`,
  }),
  internal: {
    code: 'internal server error',
    description: 'The server met an error. It has been logged.',
  },
}
