/** The application with the user pool's ID token for its secret: no trigger, no token of the database. */
import type { AuthenticationResultType } from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, test } from 'vitest'
import { configurationOf } from '../person.ts'
import { withPools } from './administrator.ts'
import { browserFor, patience, signedIn, vivariumFor } from './fixtures.ts'
import {
  type Account,
  addMovie,
  confirm,
  isOn,
  movieRow,
  newAccount,
  reloadList,
  signIn,
  signUp,
} from './steps.ts'
import { statusOf, visit } from './visitor.ts'
import type { Vivarium } from './vivarium.ts'

const browser = browserFor()

describe('an application whose secret is the ID token', () => {
  const vivarium = vivariumFor({ VIVARIUM_DATA_API_SECRET: 'id-token' })

  test('signs up and in, keeps movies, renews at the user pool, and signs out there', async () => {
    const account = newAccount()
    const { page, context, requests, secrets, idToken } = await visit(browser(), vivarium())
    await signUp(page, account)
    await confirm(page, account)
    await signIn(page, account)
    await movieRow(page, 'Metropolis').waitFor()
    const first = (await idToken()) ?? ''
    expect(claimsOf(first)).toMatchObject({ token_use: 'id', email: account.email })
    expect(Object.keys(claimsOf(first)).filter((name) => name.startsWith('fauna'))).toEqual([])
    expect(await secrets()).toEqual({ access: undefined, refresh: undefined })

    await addMovie(page, { title: 'Alien', director: 'Ridley Scott', year: '1979' })
    const other = await signedIn(browser(), vivarium())
    await movieRow(other.page, 'Alien').waitFor()
    await other.page.getByRole('button', { name: 'Edit Alien' }).click()
    await other.page.getByLabel('Year').fill('1980')
    await other.page.getByRole('button', { name: 'Save' }).click()
    // The stream lives under the ID token, too.
    await movieRow(page, 'Alien').getByText('1980').waitFor()
    await page.getByRole('button', { name: 'Delete Alien' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await movieRow(other.page, 'Alien').waitFor({ state: 'detached' })

    await page.getByRole('link', { name: 'Account' }).click()
    await page.getByText(account.email).waitFor()
    await page.getByText(String(claimsOf(first).sub)).waitFor()
    await page.getByText(/^(1 h 0|59) min/).waitFor()
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await page.getByText('Renewed at').waitFor()
    const second = (await idToken()) ?? ''
    expect(second).not.toBe(first)

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByText('You are signed out.').waitFor()
    expect(await context.cookies()).toEqual([])
    expect(requests.filter((request) => /"refresh"}|"logout"/.test(request))).toEqual([])
    const addresses = requests.map((request) => request.split(' ')[1])
    expect(addresses.filter((address) => address?.includes(second))).toEqual([])
    // What the page says of a token that somebody has copied.
    expect(await statusOf(vivarium(), second)).toBe(200)
  })

  test('everywhere, ends at the user pool what makes new ID tokens', async () => {
    const account = newAccount()
    const here = await signedIn(browser(), vivarium(), account)
    const there = await visit(browser(), vivarium())
    await signIn(there.page, account)
    await isOn(there.page, 'Movies')
    await here.page.getByRole('link', { name: 'Account' }).click()
    await here.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await isOn(here.page, 'Sign in')
    // As if its time were over.
    await there.context.clearCookies({ name: '__Host-movies-id-token' })
    await reloadList(there.page)
    await there.page.getByText('Your session has ended').waitFor()
  })

  test('opens the database with no other token of the user, nor of another app client', async () => {
    const account = newAccount()
    const { idToken } = await signedIn(browser(), vivarium(), account)
    const { own, foreign } = await tokensOf(vivarium(), account)
    expect(await statusOf(vivarium(), await idToken())).toBe(200)
    expect(await statusOf(vivarium(), own.IdToken)).toBe(200)
    expect(await statusOf(vivarium(), own.AccessToken)).toBe(401)
    expect(await statusOf(vivarium(), own.RefreshToken)).toBe(401)
    expect(claimsOf(foreign.IdToken).sub).toBe(claimsOf(own.IdToken).sub)
    expect(await statusOf(vivarium(), foreign.IdToken)).toBe(401)
    expect(await statusOf(vivarium(), foreign.AccessToken)).toBe(401)
  })

  test('is refused with one that has expired, gets another one, and loses nothing', async () => {
    const { page, idToken } = await signedIn(browser(), vivarium())
    const expired = await idToken()
    // The servers' clocks go on by two hours; the browser takes its ID token for a good one still.
    await vivarium().kill()
    const later = 'const now=Date.now.bind(Date);Date.now=()=>now()+7200000'
    await vivarium().startAgain({
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(later)}`,
    })
    expect(await statusOf(vivarium(), expired)).toBe(401)
    await page.getByRole('link', { name: 'Movies', exact: true }).click()
    await expect.poll(idToken, patience).not.toBe(expired)
    await movieRow(page, 'Metropolis').waitFor()
    expect(await statusOf(vivarium(), await idToken())).toBe(200)
  })
})

/** The user's tokens of the application's client, and of another client of the same pool. */
async function tokensOf(
  vivarium: Vivarium,
  { email, password }: Account,
): Promise<Record<'own' | 'foreign', AuthenticationResultType>> {
  const { clientId } = await configurationOf(vivarium)
  return withPools(vivarium, async (pools, UserPoolId) => {
    const tokens = async (ClientId: string | undefined): Promise<AuthenticationResultType> => {
      const { AuthenticationResult } = await pools.initiateAuth({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: email, PASSWORD: password },
      })
      return AuthenticationResult ?? {}
    }
    const { UserPoolClient } = await pools.createUserPoolClient({
      UserPoolId,
      ClientName: 'another',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    })
    return { own: await tokens(clientId), foreign: await tokens(UserPoolClient?.ClientId) }
  })
}

function claimsOf(jwt: string | undefined): Readonly<Record<string, unknown>> {
  const [, claims = ''] = (jwt ?? '').split('.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString())
}
