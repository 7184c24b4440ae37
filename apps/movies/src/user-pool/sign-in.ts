import {
  AuthenticationDetails,
  CognitoRefreshToken,
  type CognitoUser,
  type CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js'
import type { SignIn } from '../session/credentials.ts'
import type { EmailPassword } from './account.ts'
import { promised, userOf } from './cognito.ts'

/** What a sign-in gives: the right to further ones, and the database's secrets from the ID token. */
export interface SignedIn {
  readonly signIn: SignIn
  readonly accessSecret: string
  /** Missing if the trigger is told to leave it out. */
  readonly refreshSecret: string | undefined
}

/** A sign-in, or, for an account made by an administrator, the question for a password of its own. */
export type SignInOutcome =
  | ({ readonly kind: 'signedIn' } & SignedIn)
  | {
      readonly kind: 'newPasswordRequired'
      setNewPassword(password: string): Promise<SignInOutcome>
    }

/** The user pool let the person in, but the trigger added no secrets to the ID token. */
export class NoDatabaseAccess extends Error {
  override readonly name = 'NoDatabaseAccess'
}

/** The account asks for a second factor, which this application does not know. */
export class SecondFactorRequired extends Error {
  override readonly name = 'SecondFactorRequired'
}

/** Proves the password by SRP: it does not leave the browser. */
export function signIn(
  pool: CognitoUserPool,
  { email, password }: EmailPassword,
): Promise<SignInOutcome> {
  const user = userOf(pool, email)
  const details = new AuthenticationDetails({ Username: email, Password: password })
  return authenticated(user, (callbacks) => user.authenticateUser(details, callbacks))
}

/**
 * New tokens without the password; the trigger runs again. Undefined: the sign-in has been ended. The
 * library asks again for 6.5 seconds before it believes a refusal.
 */
export async function signInAgain(
  pool: CognitoUserPool,
  held: SignIn,
): Promise<SignedIn | undefined> {
  try {
    return await refreshed(userOf(pool, held.username), held)
  } catch (error) {
    if (codeOf(error) === 'NotAuthorizedException') return undefined
    throw error
  }
}

/** Ends this sign-in at the user pool. */
export async function revoke(pool: CognitoUserPool, held: SignIn): Promise<void> {
  await promised<undefined>((callback) =>
    userOf(pool, held.username).revokeToken({
      token: held.refreshToken,
      callback: (error) => callback(error, undefined),
    }),
  )
}

/** Ends every sign-in of this user; needs a fresh access token of the pool, hence the refresh. */
export async function signOutEverywhere(pool: CognitoUserPool, held: SignIn): Promise<void> {
  const user = userOf(pool, held.username)
  await refreshed(user, held)
  await new Promise<void>((resolve, reject) => {
    user.globalSignOut({ onSuccess: () => resolve(), onFailure: reject })
  })
}

async function refreshed(user: CognitoUser, { refreshToken }: SignIn): Promise<SignedIn> {
  const token = new CognitoRefreshToken({ RefreshToken: refreshToken })
  return signedIn(
    user,
    await promised<CognitoUserSession>((callback) => user.refreshSession(token, callback)),
  )
}

type Callbacks = Parameters<CognitoUser['authenticateUser']>[1]

function authenticated(
  user: CognitoUser,
  start: (callbacks: Callbacks) => void,
): Promise<SignInOutcome> {
  return new Promise((resolve, reject) => {
    const refuseSecondFactor = (): void => reject(new SecondFactorRequired())
    start({
      onSuccess: (session) => {
        try {
          resolve({ kind: 'signedIn', ...signedIn(user, session) })
        } catch (error) {
          // The library would swallow what its callback throws.
          reject(error)
        }
      },
      onFailure: reject,
      newPasswordRequired: () =>
        resolve({
          kind: 'newPasswordRequired',
          setNewPassword: (password) =>
            authenticated(user, (callbacks) =>
              user.completeNewPasswordChallenge(password, {}, callbacks),
            ),
        }),
      mfaRequired: refuseSecondFactor,
      totpRequired: refuseSecondFactor,
      mfaSetup: refuseSecondFactor,
      selectMFAType: refuseSecondFactor,
      customChallenge: refuseSecondFactor,
    })
  })
}

function signedIn(user: CognitoUser, session: CognitoUserSession): SignedIn {
  const claims = session.getIdToken().payload
  const accessSecret = textOf(claims.fauna_access_token)
  if (accessSecret === undefined) throw new NoDatabaseAccess()
  return {
    signIn: {
      username: user.getUsername(),
      refreshToken: session.getRefreshToken().getToken(),
    },
    accessSecret,
    refreshSecret: textOf(claims.fauna_refresh_token),
  }
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim !== '' ? claim : undefined
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
