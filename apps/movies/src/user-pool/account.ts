import { CognitoUserAttribute, type CognitoUserPool } from 'amazon-cognito-identity-js'
import { promised, userOf } from './cognito.ts'

/** An account's name and its proof. */
export interface EmailPassword {
  readonly email: string
  readonly password: string
}

/** Makes an account; a code goes to the address. Returns whether it may sign in without the code. */
export async function signUp(
  pool: CognitoUserPool,
  { email, password }: EmailPassword,
): Promise<{ readonly isConfirmed: boolean }> {
  const attributes = [new CognitoUserAttribute({ Name: 'email', Value: email })]
  const result = await promised<{ userConfirmed: boolean } | undefined>((callback) =>
    pool.signUp(email, password, attributes, [], callback),
  )
  return { isConfirmed: result?.userConfirmed ?? false }
}

/** Confirms the address of a new account. */
export async function confirmSignUp(
  pool: CognitoUserPool,
  { email, code }: { readonly email: string; readonly code: string },
): Promise<void> {
  // `true`: an address that is proven now leaves the account that claimed it without proof.
  await promised((callback) => userOf(pool, email).confirmRegistration(code, true, callback))
}

/** Sends another code; the one before it ends. */
export async function resendCode(pool: CognitoUserPool, email: string): Promise<void> {
  await promised((callback) => userOf(pool, email).resendConfirmationCode(callback))
}

/** Sends a code with which a new password can be set. */
export function forgotPassword(pool: CognitoUserPool, email: string): Promise<void> {
  return new Promise((resolve, reject) => {
    userOf(pool, email).forgotPassword({ onSuccess: () => resolve(), onFailure: reject })
  })
}

/** Sets a new password, by the code. */
export function setForgottenPassword(
  pool: CognitoUserPool,
  {
    email,
    code,
    password,
  }: { readonly email: string; readonly code: string; readonly password: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    userOf(pool, email).confirmPassword(code, password, {
      onSuccess: () => resolve(),
      onFailure: reject,
    })
  })
}
