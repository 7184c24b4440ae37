import type { Store } from '@vivarium/store'
import type { Environment } from '../environment.ts'

/** What a part of the sweep works with. */
export interface Task {
  readonly store: Store
  nowSeconds(): number
  readonly sessionsEnded: Environment['sessionsEnded']
  /** Asked between transactions: true ends the work, to be gone on with another time. */
  isStopped(): boolean
}
