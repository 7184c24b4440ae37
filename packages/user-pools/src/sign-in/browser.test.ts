import type { CognitoUserSession, UserData } from 'amazon-cognito-identity-js'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Browser, openBrowser, promised } from '../testing/browser-client.ts'
import { createTestClock } from '../testing/clock.ts'
import { answerSrp, everyFlow, refusalOfToken, tokensOf } from '../testing/people.ts'
import {
  refusalOf,
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

const newPassword = 'Another-Horse-8'

describe('amazon-cognito-identity-js, unmodified', () => {
  let server: TestServer
  let pool: TestPool
  let browser: Browser
  let count = 0
  let username = ''
  let email = ''

  beforeAll(async () => {
    // The client signs with the time of this machine.
    server = await startTestServer({ clock: createTestClock(Date.now()) })
    pool = await server.createPool({}, everyFlow)
  })
  afterAll(() => server.close())
  beforeEach(() => {
    count += 1
    username = `user${count}`
    email = `${username}@example.com`
    browser = openBrowser(server.url, pool)
  })

  /** Somebody who signed up and in. */
  async function signedIn() {
    await server.signUp(pool, { username, email })
    const user = browser.user(username)
    const session = await browser.signIn(user, testPassword)
    return { user, session }
  }

  it('signs up, confirms and signs in with SRP', async () => {
    const { user, userConfirmed, userSub, codeDeliveryDetails } = await browser.signUp(
      username,
      testPassword,
      { email },
    )
    expect(userConfirmed).toBe(false)
    expect(codeDeliveryDetails?.Destination).toBe('u***@e***')
    await promised<string>((done) => user.resendConfirmationCode(done))
    const confirmed = await promised<string>((done) =>
      user.confirmRegistration(server.codeSentTo(email), false, done),
    )
    expect(confirmed).toBe('SUCCESS')
    const session = await browser.signIn(user, testPassword)
    expect(session.getIdToken().payload).toMatchObject({
      sub: userSub,
      email,
      email_verified: true,
    })
  })

  it('is told what it did wrong', async () => {
    const { user } = await browser.signUp(username, testPassword, { email })
    expect(await refusalOf(browser.signIn(user, testPassword))).toEqual([
      'UserNotConfirmedException',
      'User is not confirmed.',
    ])
    expect(await refusalOf(browser.signUp(username, testPassword, { email }))).toEqual([
      'UsernameExistsException',
      'User already exists',
    ])
    await promised<string>((done) =>
      user.confirmRegistration(server.codeSentTo(email), false, done),
    )
    expect(await refusalOf(browser.signIn(user, 'Wrong-Horse-7'))).toEqual([
      'NotAuthorizedException',
      'Incorrect username or password.',
    ])
    expect(await refusalOf(browser.signIn(browser.user('nobody'), testPassword))).toEqual([
      'UserNotFoundException',
      'User does not exist.',
    ])
  })

  it('finds its session again, and refreshes it when its tokens are old', async () => {
    const { session } = await signedIn()
    const user = browser.userPool.getCurrentUser()
    const found = await promised<CognitoUserSession>((done) => user?.getSession(done))
    expect(found.getAccessToken().getJwtToken()).toBe(session.getAccessToken().getJwtToken())
    server.clock.advanceSeconds(10)
    const refreshed = await promised<CognitoUserSession>((done) =>
      user?.refreshSession(found.getRefreshToken(), done),
    )
    expect(refreshed.getAccessToken().getIssuedAt()).toBe(
      session.getAccessToken().getIssuedAt() + 10,
    )
    expect(refreshed.getRefreshToken().getToken()).toBe(session.getRefreshToken().getToken())
  })

  it('reads and changes its user', async () => {
    const { user } = await signedIn()
    const data = await promised<UserData>((done) =>
      user.getUserData((error, result) => done(error, result), { bypassCache: true }),
    )
    expect(data.Username).toBe(username)
    expect(data.UserAttributes.map(({ Name }) => Name)).toEqual(['sub', 'email', 'email_verified'])
    await promised<string>((done) =>
      user.updateAttributes([{ Name: 'name', Value: 'Jane' }], (error, result) =>
        done(error, result),
      ),
    )
    const names = async () => {
      const attributes = await promised<{ getName(): string }[]>((done) =>
        user.getUserAttributes((error, result) => done(error, result)),
      )
      return attributes.map((attribute) => attribute.getName())
    }
    expect(await names()).toContain('name')
    await promised<string>((done) =>
      user.deleteAttributes(['name'], (error, result) => done(error, result)),
    )
    expect(await names()).not.toContain('name')
  })

  it('verifies a changed address', async () => {
    const { user } = await signedIn()
    const changed = `new-${email}`
    await promised<string>((done) =>
      user.updateAttributes([{ Name: 'email', Value: changed }], (error, result) =>
        done(error, result),
      ),
    )
    await new Promise<void>((resolve, reject) => {
      user.getAttributeVerificationCode('email', {
        onSuccess: () => resolve(),
        onFailure: reject,
      })
    })
    const result = await new Promise<string>((resolve, reject) => {
      user.verifyAttribute('email', server.codeSentTo(changed), {
        onSuccess: resolve,
        onFailure: reject,
      })
    })
    expect(result).toBe('SUCCESS')
  })

  it('changes its password', async () => {
    const { user } = await signedIn()
    await promised<string>((done) =>
      user.changePassword(testPassword, newPassword, (error, result) => done(error, result)),
    )
    await browser.signIn(browser.user(username), newPassword)
    expect((await refusalOf(browser.signIn(browser.user(username), testPassword)))[0]).toBe(
      'NotAuthorizedException',
    )
  })

  it('recovers a forgotten password', async () => {
    await server.signUp(pool, { username, email })
    const user = browser.user(username)
    await new Promise<void>((resolve, reject) => {
      user.forgotPassword({ onSuccess: () => resolve(), onFailure: reject })
    })
    await new Promise<void>((resolve, reject) => {
      user.confirmPassword(server.codeSentTo(email), newPassword, {
        onSuccess: () => resolve(),
        onFailure: reject,
      })
    })
    await browser.signIn(user, newPassword)
  })

  it('signs out, which ends its sign-in', async () => {
    const { user, session } = await signedIn()
    await new Promise<void>((resolve) => user.signOut(() => resolve()))
    expect(browser.userPool.getCurrentUser()).toBeNull()
    expect(await refusalOfToken(server, session.getAccessToken().getJwtToken())).toEqual([
      'NotAuthorizedException',
      'Access Token has been revoked',
    ])
  })

  it('signs out everywhere', async () => {
    const { user, session } = await signedIn()
    const elsewhere = tokensOf((await answerSrp(server, pool, { username })).AuthenticationResult)
    await new Promise<string>((resolve, reject) => {
      user.globalSignOut({ onSuccess: resolve, onFailure: reject })
    })
    for (const token of [session.getAccessToken().getJwtToken(), elsewhere.accessToken]) {
      expect((await refusalOfToken(server, token))[1]).toBe('Access Token has been revoked')
    }
  })

  it('deletes its user', async () => {
    const { user } = await signedIn()
    await promised<string>((done) => user.deleteUser((error, result) => done(error, result)))
    expect((await refusalOf(browser.signIn(browser.user(username), testPassword)))[0]).toBe(
      'UserNotFoundException',
    )
  })

  it('signs in forty times over, whatever the digits of A and B', async () => {
    await server.signUp(pool, { username, email })
    for (let round = 0; round < 40; round += 1) {
      const session = await browser.signIn(browser.user(username), testPassword)
      expect(session.isValid()).toBe(true)
    }
  })
})
