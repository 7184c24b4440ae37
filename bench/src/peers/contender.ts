/** Who is measured, and what with: the words of the comparison. */

/** What is done with the data. */
export type DataWork = 'read' | 'list' | 'create' | 'update' | 'mixed'
/** What is done with people. */
export type IdentityWork = 'sign-in' | 'refresh'
/** Everything that is measured. */
export type Work = DataWork | IdentityWork

/** What each work is, in the words of the results. */
export const workTexts: Readonly<Record<Work, string>> = {
  read: 'read one row by its id',
  list: 'list 20 rows that the rule admits',
  create: 'create a row under the rule',
  update: 'update a row under the rule',
  mixed: 'four reads to one update',
  'sign-in': 'sign in with a password',
  refresh: 'trade a refresh token for new tokens',
}

/** A request, and what its answer must hold. */
export interface Asked {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  /** A text that occurs in a good answer and in no refusal. */
  readonly expects: string
  /** How often; once by default. */
  readonly times?: number
}

/** A server that is up, with its data in it. */
export interface Service {
  readonly url: string
  /** The processes that do the work; their descendants count too. */
  readonly pids: readonly number[]
  /** What is sent for a work, to be repeated in order. Every answer must be good. */
  readonly requests: (work: Work) => readonly Asked[]
  /** Requests that a rule must refuse. */
  readonly forbidden: readonly Asked[]
  stop(): Promise<void>
}

/** What a run is about. */
export interface Sizes {
  readonly rows: number
  /** Processes of the server. */
  readonly processes: number
}

/** Something people could pick. */
export interface Contender {
  /** As it is named on the command line and in the results. */
  readonly name: string
  readonly works: readonly Work[]
  /** How many processes can serve one store. */
  readonly processesMax: number
  /** How it is set up, for the results. */
  readonly setup: string
  /** Ours are compared with the others. */
  readonly isOurs?: boolean
  start(sizes: Sizes): Promise<Service>
}
