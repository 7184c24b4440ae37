/**
 * What a query will read, asked for before it is known who asks.
 *
 * On a store across a network each read that follows from another waits once more: first the secret's own
 * record, then the schema and the rights that follow from it, then what the query reads. But a secret mostly
 * stands for whom it stood for before, and a schema is mostly as it was. So while a transaction waits for the
 * secret, the query is evaluated as if all that were so and everything were allowed; nothing comes of it but
 * reads, which are then fetched together with the secret. Whoever is wrong has read in vain.
 */
import { hash } from 'node:crypto'
import { Ref } from '@vivarium/fql'
import type { Caller } from './model/caller.ts'
import { schemaVersionKey } from './model/keys.ts'
import { isAlive } from './model/root-database.ts'
import type { UnitOfWork } from './model/unit-of-work.ts'
import { isLive } from './model/versions.ts'

/** How many secrets' callers are remembered. */
const callersMax = 10_000

/** Whom secrets stood for lately; of the secrets themselves, it keeps hashes. */
export class Foresight {
  /** By the hash of the secret, those not met for longest first. */
  readonly #callers = new Map<string, Caller>()

  /** Remembers whom a secret stands for; nobody any more without a caller. */
  note(secret: string, caller: Caller | undefined): void {
    const name = nameOf(secret)
    this.#callers.delete(name)
    if (caller === undefined) return
    // Reads are foreseen as if all were allowed, so roles, which hold on to schemas, are not kept.
    this.#callers.set(name, { ...caller, permissions: { kind: 'admin' } })
    const [oldest] = this.#callers.keys()
    if (this.#callers.size > callersMax && oldest !== undefined) this.#callers.delete(oldest)
  }

  /**
   * Reads what the query of such a caller will read. Whatever it gives or throws is to be dropped.
   *
   * @param evaluate evaluates the query as a caller
   */
  read(unit: UnitOfWork, secret: string, evaluate: (caller: Caller) => void): void {
    const caller = this.#callers.get(nameOf(secret))
    if (caller === undefined) return
    const { database, identity, credential } = caller
    const reads = [
      () => evaluate(caller),
      // What finding out who asks will read, one after another.
      () => isAlive(unit, database),
      () => unit.transaction.get(schemaVersionKey(database)),
      () => identity instanceof Ref && isLive(unit, identity),
      () => credential !== undefined && isLive(unit, credential),
      () => credential !== undefined && isAlive(unit, credential.database),
    ]
    unit.transaction.all(reads.length, (i) => reads[i]?.())
  }
}

const nameOf = (secret: string) => hash('sha256', secret, 'base64')
