import type { EmailPassword } from '../user-pool/account.ts'
import type { SignInOutcome } from '../user-pool/sign-in.ts'
import type { Application } from './application.ts'
import { secretsOf } from './secrets.ts'

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
  const pair = await secretsOf(application, outcome)
  await application.session.begin({ ...pair, signIn: outcome.signIn })
  return { kind: 'signedIn' }
}
