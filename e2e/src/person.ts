/** A person with `amazon-cognito-identity-js`, its callbacks turned into promises. */
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
} from 'amazon-cognito-identity-js'
import type { Vivarium } from './browser/vivarium.ts'

/** What `/config.json` tells applications. */
export interface Configuration {
  readonly region: string
  readonly userPoolId: string
  readonly clientId: string
}

/** Where a running Vivarium says that its pool is. */
export async function configurationOf({ web }: Vivarium): Promise<Configuration> {
  const response = await fetch(`${web}/config.json`)
  const configuration: Configuration = await response.json()
  return configuration
}

/** The code that was sent last to an address, from the development mailbox. */
export async function codeFor({ web }: Vivarium, email: string): Promise<string> {
  const response = await fetch(`${web}/_vivarium/mailbox`)
  const messages: { to: string; code: string }[] = await response.json()
  const code = messages.find(({ to }) => to === email)?.code
  if (code === undefined) throw new Error(`There is no message to ${email}.`)
  return code
}

/** Somebody with an address and a password. */
export class Person {
  readonly email: string
  password = 'Correct-Horse-7'
  readonly user: CognitoUser
  readonly #pool: CognitoUserPool

  constructor(email: string, endpoint: string, { userPoolId, clientId }: Configuration) {
    const items = new Map<string, string>()
    const Storage = {
      setItem: (key: string, value: string) => void items.set(key, value),
      getItem: (key: string) => items.get(key) ?? null,
      removeItem: (key: string) => void items.delete(key),
      clear: () => items.clear(),
    }
    this.email = email
    this.#pool = new CognitoUserPool({
      UserPoolId: userPoolId,
      ClientId: clientId,
      endpoint,
      Storage,
    })
    this.user = new CognitoUser({ Username: email, Pool: this.#pool, Storage })
  }

  signUp(): Promise<unknown> {
    const attributes = [new CognitoUserAttribute({ Name: 'email', Value: this.email })]
    return promised((done) => this.#pool.signUp(this.email, this.password, attributes, [], done))
  }

  confirm(code: string): Promise<unknown> {
    return promised((done) => this.user.confirmRegistration(code, false, done))
  }

  /** By SRP, the client's default. */
  signIn(): Promise<CognitoUserSession> {
    const details = new AuthenticationDetails({ Username: this.email, Password: this.password })
    return new Promise((onSuccess, onFailure) => {
      this.user.authenticateUser(details, { onSuccess, onFailure })
    })
  }

  refresh(session: CognitoUserSession): Promise<CognitoUserSession> {
    return promised((done) => this.user.refreshSession(session.getRefreshToken(), done))
  }

  signOutEverywhere(): Promise<unknown> {
    return new Promise((onSuccess, onFailure) => {
      this.user.globalSignOut({ onSuccess, onFailure })
    })
  }
}

/** A method that ends in a callback of Node's kind, as a promise. */
function promised<T>(run: (done: (error: unknown, result?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    // The client leaves the error out, or says null.
    run((error, result) => (error ? reject(error) : resolve(result as T)))
  })
}
