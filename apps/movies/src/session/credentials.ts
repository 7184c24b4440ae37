/** A secret of the database, and when it ends by this machine's clock. */
export interface TimedSecret {
  readonly secret: string
  readonly expiresAtMs: number
}

/** What the user pool gives for a password: the right to new tokens without asking for it again. */
export interface SignIn {
  readonly username: string
  readonly refreshToken: string
}

/**
 * Everything that makes a browser signed in. Each part is missing once its time is over, and each is a
 * way to get the ones before it: the sign-in gives a pair of tokens, the refresh token gives the next
 * pair, the access token reads and writes.
 */
export interface Credentials {
  readonly access?: TimedSecret | undefined
  readonly refresh?: TimedSecret | undefined
  readonly signIn?: SignIn | undefined
}

/** Nobody is signed in. */
export const noCredentials: Credentials = {}

/** What to do to have an access token that works. */
export type Step =
  | { readonly kind: 'use'; readonly access: TimedSecret }
  | { readonly kind: 'trade'; readonly refresh: TimedSecret }
  | { readonly kind: 'signInAgain'; readonly signIn: SignIn }
  | { readonly kind: 'ended' }

/**
 * The cheapest way to an access token that works: the one at hand, else trading the refresh token, else
 * the user pool. `rejected` is a secret that the database has just refused whatever its time says; any
 * other access token is younger (another tab has renewed) and is used.
 */
export function nextStep(
  { access, refresh, signIn }: Credentials,
  { nowMs, rejected }: { readonly nowMs: number; readonly rejected?: string | undefined },
): Step {
  if (access && access.expiresAtMs > nowMs && access.secret !== rejected) {
    return { kind: 'use', access }
  }
  if (refresh && refresh.expiresAtMs > nowMs) return { kind: 'trade', refresh }
  if (signIn) return { kind: 'signInAgain', signIn }
  return { kind: 'ended' }
}
