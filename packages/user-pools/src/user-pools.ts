/** Amazon Cognito's user pools over a store: one HTTP handler. */
import { randomBytes, randomUUID } from 'node:crypto'
import type { HttpHandler } from '@vivarium/http'
import type { Store } from '@vivarium/store'
import { createAfterwork } from './afterwork.ts'
import type { Environment, SessionsEnded, UserPoolEvent } from './environment.ts'
import { createHandler } from './http/handler.ts'
import type { Credentials } from './http/sigv4.ts'
import type { Messenger } from './messages/message.ts'
import { operations } from './operations/table.ts'
import { createSweeper } from './sweep/sweeper.ts'
import { createTriggerInvoker, type InvokeFunction } from './triggers/invoke.ts'

/** What user pools are made of. */
export interface UserPoolsOptions {
  /** Not closed by `close()`: it belongs to the caller. */
  readonly store: Store
  /** The prefix of new pool ids, and the region that requests are signed for. */
  readonly region: string
  /** The `iss` of a pool's tokens; a configured value, never a request's `Host`. @see user-pools §4.7 */
  issuerOf(poolId: string): string
  /** Where this server shows a pool's documents, if that is not below the issuer. Default `issuerOf`. */
  addressOf?(poolId: string): string
  /** Every pair that may sign administrative requests; none refuses them all. */
  readonly credentials: readonly Credentials[]
  /** How trigger functions are called. */
  readonly invoke: InvokeFunction
  /** How long a trigger function may take, and how often one that does not answer is called. */
  readonly triggers?: { readonly timeoutMs?: number; readonly attempts?: number }
  /** How codes reach people. */
  readonly messenger: Messenger
  /** Whether hourly quotas of users are kept. Default true. @see user-pools §6.4 */
  readonly quotas?: boolean
  /** Origins whose pages may read answers, with credentials too. Default: any, without. */
  readonly allowedOrigins?: readonly string[]
  /** Told after sign-ins ended, before the client is answered. Its failures are events, never answers. */
  sessionsEnded?(ended: SessionsEnded): Promise<void>
  /** Told of what an operator may want to read, and in which request it happened. */
  onEvent?(event: UserPoolEvent, requestId?: string): void
  /** Whether the server is about to stop: then `/health` says so. Default: never. */
  isDraining?(): boolean
  /** Milliseconds since the Unix epoch. Default: the system's clock. */
  now?(): number
}

/** A running set of user pools. */
export interface UserPools {
  readonly handler: HttpHandler
  /** Ends what runs in the background; the store may be closed then. */
  close(): Promise<void>
}

/** Opens the user pools that a store holds. */
export function createUserPools(options: UserPoolsOptions): UserPools {
  const outside = outsideOf(options)
  const sweeper = createSweeper(outside)
  const afterwork = createAfterwork()
  const environment: Environment = {
    ...outside,
    leftovers: sweeper.leftovers,
    afterwards: afterwork.run,
  }
  const environmentOf = (requestId: string): Environment => {
    const onEvent = (event: UserPoolEvent) => outside.onEvent(event, requestId)
    return { ...environment, onEvent, ...worldOf(options, onEvent) }
  }
  const isReachable = () =>
    options.store
      .transact(() => undefined, { intent: 'read' })
      .then(
        () => true,
        () => false,
      )
  return {
    handler: createHandler({
      operations,
      environmentOf,
      isDraining: options.isDraining ?? (() => false),
      isReachable,
      credentials: options.credentials,
      allowedOrigins: options.allowedOrigins,
      addressOf: options.addressOf ?? environment.issuerOf,
    }),
    async close() {
      await Promise.all([sweeper.close(), afterwork.close()])
    },
  }
}

/** The environment but for what runs in it. */
function outsideOf(options: UserPoolsOptions): Omit<Environment, 'leftovers' | 'afterwards'> {
  const { store, region, issuerOf, messenger, quotas = true, now = Date.now } = options
  const onEvent = options.onEvent ?? (() => {})
  return {
    store,
    region,
    issuerOf,
    nowMs: now,
    nowSeconds: () => Math.floor(now() / 1000),
    entropy: randomBytes,
    uuid: randomUUID,
    messenger,
    quotas,
    ...worldOf(options, onEvent),
    onEvent,
  }
}

/** What calls the world outside, and tells of what went wrong there. */
function worldOf(
  options: UserPoolsOptions,
  onEvent: (event: UserPoolEvent) => void,
): Pick<Environment, 'triggers' | 'sessionsEnded'> {
  return {
    triggers: createTriggerInvoker({
      invoke: options.invoke,
      timeoutMs: options.triggers?.timeoutMs,
      attempts: options.triggers?.attempts,
      onFailure: ({ trigger, payload }) =>
        onEvent({ kind: 'trigger-failed', trigger, message: payload }),
    }),
    async sessionsEnded(ended) {
      try {
        await options.sessionsEnded?.(ended)
      } catch (error) {
        onEvent({ kind: 'hook-failed', error })
      }
    },
  }
}
