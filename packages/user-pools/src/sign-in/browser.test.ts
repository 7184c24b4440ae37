import type { CognitoUserSession } from 'amazon-cognito-identity-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Browser, openBrowser, promised } from '../testing/browser-client.ts'
import { createTestClock } from '../testing/clock.ts'
import {
  startTestServer,
  type TestPool,
  type TestServer,
  testPassword,
} from '../testing/test-server.ts'

describe('amazon-cognito-identity-js, unmodified', () => {
  let server: TestServer
  let pool: TestPool
  let browser: Browser

  beforeAll(async () => {
    server = await startTestServer({ clock: createTestClock(Date.now()) })
    pool = await server.createPool()
    browser = openBrowser(server.url, pool)
  })
  afterAll(() => server.close())

  const email = 'jane@example.com'

  it('signs up, confirms, signs in, refreshes, reads, signs out', async () => {
    const { user, userConfirmed, userSub } = await browser.signUp('jane', testPassword, { email })
    expect(userConfirmed).toBe(false)
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
    server.clock.advanceSeconds(10)
    const refreshed = await promised<CognitoUserSession>((done) =>
      user.refreshSession(session.getRefreshToken(), done),
    )
    expect(refreshed.getAccessToken().getIssuedAt()).toBe(
      session.getAccessToken().getIssuedAt() + 10,
    )
  })
})
