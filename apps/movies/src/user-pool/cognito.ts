/**
 * The unmodified `amazon-cognito-identity-js` behind promises.
 *
 * Every operation has a user object with a storage of its own that ends with it: what the library would
 * keep in `localStorage` for a year is handed back, and the session's vault decides what is kept.
 */
import { CognitoUser, CognitoUserPool, type ICognitoStorage } from 'amazon-cognito-identity-js'
import type { Config } from '../config.ts'

declare module 'amazon-cognito-identity-js' {
  interface CognitoUser {
    /** In the library since 5.2, missing in its types. Retries every refusal for 6.5 seconds. */
    revokeToken(request: { token: string; callback: (error?: Error) => void }): void
  }
}

/** The pool of this application. */
export function openPool({ userPoolId, clientId, userPoolsEndpoint }: Config): CognitoUserPool {
  return new CognitoUserPool({
    UserPoolId: userPoolId,
    ClientId: clientId,
    endpoint: userPoolsEndpoint,
    Storage: createStorage(),
    // Collects data about the device for Cognito's risk scores; this application wants none.
    AdvancedSecurityDataCollectionFlag: false,
  })
}

/** A user of the pool, remembered nowhere. */
export function userOf(pool: CognitoUserPool, username: string): CognitoUser {
  return new CognitoUser({ Username: username, Pool: pool, Storage: createStorage() })
}

/** What a Node-style callback of the library gets, as a promise. */
export function promised<T>(
  call: (callback: (error: unknown, result: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, result) => (error ? reject(error) : resolve(result)))
  })
}

function createStorage(): ICognitoStorage {
  const items = new Map<string, string>()
  return {
    setItem: (key, value) => void items.set(key, value),
    getItem: (key) => items.get(key) ?? null,
    removeItem: (key) => void items.delete(key),
    clear: () => items.clear(),
  }
}
