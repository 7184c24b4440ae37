import type { Database } from '../database/database.ts'
import type { TokenPair } from '../session/renewal.ts'
import type { EmailPassword } from '../user-pool/account.ts'
import type { SignedIn, SignInOutcome } from '../user-pool/sign-in.ts'
import type { Application } from './application.ts'

/** Signed in, or first to be asked for a password of their own. */
export type SignInAnswer =
  | { readonly kind: 'signedIn' }
  | {
      readonly kind: 'newPasswordRequired'
      setNewPassword(password: string): Promise<SignInAnswer>
    }

/** Signs in at the user pool and begins the session with the database's tokens that came along. */
export async function signIn(
  application: Application,
  account: EmailPassword,
): Promise<SignInAnswer> {
  const userPool = await application.userPool()
  return beginSession(application, await userPool.signIn(account))
}

/** The secrets of a sign-in with their lifetimes, which the claims do not tell. */
export async function timedPair(database: Database, signedIn: SignedIn): Promise<TokenPair> {
  const { accessSecret, refreshSecret } = signedIn
  const [access, refresh] = await Promise.all([
    database.timed(accessSecret),
    refreshSecret === undefined ? undefined : database.timed(refreshSecret),
  ])
  return { access, refresh }
}

async function beginSession(
  application: Application,
  outcome: SignInOutcome,
): Promise<SignInAnswer> {
  if (outcome.kind === 'newPasswordRequired') {
    return {
      kind: 'newPasswordRequired',
      setNewPassword: async (password) =>
        beginSession(application, await outcome.setNewPassword(password)),
    }
  }
  const pair = await timedPair(await application.database(), outcome)
  await application.session.begin({ ...pair, signIn: outcome.signIn })
  return { kind: 'signedIn' }
}
