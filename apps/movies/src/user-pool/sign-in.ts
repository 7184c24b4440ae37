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

/** What a sign-in gives: the right to further ones, and the proof of who one is. */
export interface SignedIn {
  readonly signIn: SignIn
  readonly idToken: IdToken
}

/** The user pool's word for who somebody is. */
export interface IdToken {
  readonly jwt: string
  readonly claims: Readonly<Record<string, unknown>>
  /** Its end by this machine's clock, or a second before. */
  readonly expiresAtMs: number
}

/** A sign-in, or, for an account made by an administrator, the question for a password of its own. */
export type SignInOutcome =
  | ({ readonly kind: 'signedIn' } & SignedIn)
  | {
      readonly kind: 'newPasswordRequired'
      setNewPassword(password: string): Promise<SignInOutcome>
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
  const askedAtMs = Date.now()
  const session = await promised<CognitoUserSession>((callback) =>
    user.refreshSession(token, callback),
  )
  return signedIn(user, session, askedAtMs)
}

type Callbacks = Parameters<CognitoUser['authenticateUser']>[1]

function authenticated(
  user: CognitoUser,
  start: (callbacks: Callbacks) => void,
): Promise<SignInOutcome> {
  const askedAtMs = Date.now()
  return new Promise((resolve, reject) => {
    const refuseSecondFactor = (): void => reject(new SecondFactorRequired())
    start({
      onSuccess: (session) => resolve({ kind: 'signedIn', ...signedIn(user, session, askedAtMs) }),
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

/**
 * The lifetime counts from when it was asked for, by the clock of this machine: so a wrong clock does not
 * matter. `iat` and `exp` have lost the fractions of their seconds, hence the second before the end.
 */
function signedIn(user: CognitoUser, session: CognitoUserSession, askedAtMs: number): SignedIn {
  const idToken = session.getIdToken()
  const lifetimeSeconds = idToken.getExpiration() - idToken.getIssuedAt()
  return {
    signIn: {
      username: user.getUsername(),
      refreshToken: session.getRefreshToken().getToken(),
    },
    idToken: {
      jwt: idToken.getJwtToken(),
      claims: idToken.payload,
      expiresAtMs: askedAtMs + (lifetimeSeconds - 1) * 1000,
    },
  }
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
}
