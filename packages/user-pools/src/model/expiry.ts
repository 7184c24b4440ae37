/** Which of what is kept has had its time. @see user-pools §6.3 and §6.4 */
import type { Bytes } from '@vivarium/store'
import type { StoredCode } from '../authentication/codes.ts'
import { areAttemptsOver } from './attempts.ts'
import { type Attempts, decode, type Session } from './documents.ts'
import {
  attemptsRange,
  codesOfPoolRange,
  type KeyRange,
  sessionsRange,
  ticketsRange,
} from './keys.ts'
import { isMarkExpired } from './tickets.ts'

/** A kind of document that ends by itself. */
export interface ExpiringKind {
  readonly rangeOf: (poolId: string) => KeyRange
  readonly isOver: (bytes: Bytes, nowSeconds: number) => boolean
}

/** Every kind. Nothing is believed because it is still there: who reads one of these looks at its time. */
export const expiringKinds: readonly ExpiringKind[] = [
  {
    rangeOf: ticketsRange,
    isOver: (bytes, nowSeconds) => isMarkExpired(decode(bytes), nowSeconds),
  },
  {
    rangeOf: sessionsRange,
    isOver: (bytes, nowSeconds) => nowSeconds > decode<Session>(bytes).keepUntilSeconds,
  },
  {
    rangeOf: codesOfPoolRange,
    isOver: (bytes, nowSeconds) => nowSeconds > decode<StoredCode>(bytes).expiresAtSeconds,
  },
  {
    rangeOf: attemptsRange,
    isOver: (bytes, nowSeconds) => areAttemptsOver(decode<Attempts>(bytes), nowSeconds),
  },
]
