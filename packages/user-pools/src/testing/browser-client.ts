/**
 * The unmodified `amazon-cognito-identity-js`, its callbacks turned into promises.
 */
import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserAttribute,
  CognitoUserPool,
  type CognitoUserSession,
  type ICognitoStorage,
  type ISignUpResult,
} from 'amazon-cognito-identity-js'

/** Tokens in memory, as a page keeps them while it is open. */
function createStorage(): ICognitoStorage {
  const items = new Map<string, string>()
  return {
    setItem: (key, value) => void items.set(key, value),
    getItem: (key) => items.get(key) ?? null,
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  }
}

/** A browser at the sign-in page of an application. */
export interface Browser {
  readonly userPool: CognitoUserPool
  user(username: string): CognitoUser
  signUp(
    username: string,
    password: string,
    attributes: Readonly<Record<string, string>>,
  ): Promise<ISignUpResult>
  /** Signs in by SRP. Rejects with the client's error; a new password that is due is an error here. */
  signIn(user: CognitoUser, password: string): Promise<CognitoUserSession>
}

/** @param url of the server */
export function openBrowser(
  url: string,
  { poolId, clientId }: { readonly poolId: string; readonly clientId: string },
): Browser {
  const Storage = createStorage()
  const userPool = new CognitoUserPool({
    UserPoolId: poolId,
    ClientId: clientId,
    endpoint: url,
    Storage,
  })
  return {
    userPool,
    user: (Username) => new CognitoUser({ Username, Pool: userPool, Storage }),
    signUp: (username, password, attributes) =>
      promised((done) =>
        userPool.signUp(
          username,
          password,
          Object.entries(attributes).map(
            ([Name, Value]) => new CognitoUserAttribute({ Name, Value }),
          ),
          [],
          done,
        ),
      ),
    signIn: (user, Password) =>
      new Promise((resolve, reject) => {
        const details = new AuthenticationDetails({ Username: user.getUsername(), Password })
        user.authenticateUser(details, {
          onSuccess: resolve,
          onFailure: reject,
          newPasswordRequired: () => reject(new Error('A new password is required')),
        })
      }),
  }
}

/** A method that ends in a callback of Node's kind, as a promise. */
export function promised<T>(run: (done: (error: unknown, result?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    run((error, result) => {
      if (error !== null && error !== undefined) reject(error)
      else if (result === undefined) reject(new Error('The client gave no result'))
      else resolve(result)
    })
  })
}
