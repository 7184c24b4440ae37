import {
  type Credentials,
  nextStep,
  noCredentials,
  type SignIn,
  type TimedSecret,
} from './credentials.ts'
import type { Vault } from './vault.ts'

/** A new pair of the database's tokens; without a refresh token if the trigger is told to give none. */
export interface TokenPair {
  readonly access: TimedSecret
  readonly refresh?: TimedSecret | undefined
}

/** How the world answers; each rejects when it cannot be reached or is out of order. */
export interface Renewers {
  /** Trades a refresh token. Undefined: it is dead, or it was used before (which ends all of its kin). */
  trade(refresh: TimedSecret): Promise<TokenPair | undefined>
  /** New tokens from the user pool. Undefined: the sign-in has been ended there. */
  signInAgain(signIn: SignIn): Promise<(TokenPair & { readonly signIn: SignIn }) | undefined>
}

/** Runs one body at a time, in all tabs of the browser. */
export type Lock = <T>(body: () => Promise<T>) => Promise<T>

/** What renewal stands on. */
export interface RenewalParts extends Renewers {
  readonly vault: Vault
  readonly lock: Lock
  readonly nowMs: () => number
}

/**
 * An access token that works, or undefined if the session has ended.
 *
 * Whatever is refused is forgotten before the next way is tried, so that nothing is sent twice: a
 * refresh token above all, which may be used once. What cannot be reached is not refused: it rejects, and
 * all is kept for the next attempt. If the answer to a trade was lost on its way, that attempt finds the
 * refresh token used, and goes on with the user pool.
 *
 * Waiting for the lock, another tab may have renewed; that is why the vault is read inside it.
 */
export function renewAccess(
  { vault, lock, nowMs, trade, signInAgain }: RenewalParts,
  rejected?: string,
): Promise<TimedSecret | undefined> {
  return lock(async () => {
    let credentials = await vault.read()
    for (;;) {
      const step = nextStep(credentials, { nowMs: nowMs(), rejected })
      if (step.kind === 'use') return step.access
      if (step.kind === 'ended') {
        await vault.write(noCredentials)
        return undefined
      }
      credentials =
        step.kind === 'trade'
          ? { ...(await trade(step.refresh)), signIn: credentials.signIn }
          : ((await signInAgain(step.signIn)) ?? noCredentials)
      await vault.write(credentials)
    }
  })
}

/** The access token at hand if it may still work: no lock and no request is needed for it. */
export function accessAtHand(
  credentials: Credentials,
  options: { readonly nowMs: number; readonly rejected?: string | undefined },
): TimedSecret | undefined {
  const step = nextStep(credentials, options)
  return step.kind === 'use' ? step.access : undefined
}
