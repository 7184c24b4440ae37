/** Temporary passwords, for users whom an administrator makes or invites again. @see user-pools §2.9 */
import {
  type PasswordPolicy,
  temporaryPassword,
  temporaryPasswordEntropyBytes,
} from '../authentication/password-policy.ts'
import type { SrpVerifier } from '../authentication/srp.ts'
import type { Environment } from '../environment.ts'
import type { UserPool } from './documents.ts'
import { checkPasswordPolicy, newVerifier, temporaryUntilSeconds } from './passwords.ts'

/** A temporary password, in clear for the invitation, and what is kept of it. */
export interface TemporaryPassword {
  readonly password: string
  readonly verifier: SrpVerifier
  readonly temporaryUntilSeconds: number
}

/**
 * The temporary password of a user: the one that was chosen, else a drawn one.
 *
 * @throws UserPoolError InvalidPasswordException
 */
export function temporaryPasswordFor(
  environment: Environment,
  pool: UserPool,
  { username, chosen }: { readonly username: string; readonly chosen: string | undefined },
): TemporaryPassword {
  if (chosen !== undefined) checkPasswordPolicy(pool, chosen)
  const policy: PasswordPolicy | undefined = pool.settings.Policies?.PasswordPolicy
  const password =
    chosen ?? temporaryPassword(environment.entropy(temporaryPasswordEntropyBytes), policy)
  return {
    password,
    verifier: newVerifier(environment, pool, { username, password }),
    temporaryUntilSeconds: temporaryUntilSeconds(pool, environment.nowMs()),
  }
}
