import type { Config } from '../config.ts'
import * as account from './account.ts'
import { openPool } from './cognito.ts'
import * as signIn from './sign-in.ts'

/** What the user pool can be asked for. */
export type UserPool = ReturnType<typeof openUserPool>

/** Binds the operations to the pool of a configuration. */
export function openUserPool(config: Config) {
  const pool = openPool(config)
  const bind =
    <Argument, T>(operation: (to: typeof pool, argument: Argument) => Promise<T>) =>
    (argument: Argument): Promise<T> =>
      operation(pool, argument)
  return {
    signUp: bind(account.signUp),
    confirmSignUp: bind(account.confirmSignUp),
    resendCode: bind(account.resendCode),
    forgotPassword: bind(account.forgotPassword),
    setForgottenPassword: bind(account.setForgottenPassword),
    signIn: bind(signIn.signIn),
    signInAgain: bind(signIn.signInAgain),
    revoke: bind(signIn.revoke),
    signOutEverywhere: bind(signIn.signOutEverywhere),
  }
}
