/** Tokens of the database in a browser: renewed, refused, ended. */
import faunadb from 'faunadb'
import type { BrowserContext } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browserFor, patience, signedIn, vivariumFor } from './fixtures.ts'
import { isOn, movieRow, newAccount, reloadList, signIn } from './steps.ts'
import { statusOf, visit } from './visitor.ts'
import type { Vivarium } from './vivarium.ts'

const { query: q } = faunadb
const browser = browserFor()

describe('a session with a short access token', () => {
  const vivarium = vivariumFor({ FAUNA_ACCESS_TOKEN_SECONDS: '3' })

  test('renews itself when the access token is over', async () => {
    const { page, secrets, requests } = await signedIn(browser(), vivarium())
    // On a slow machine it is over before it is looked at, and the page has the next one.
    let first: string | undefined
    const seen = async () => {
      first = (await secrets()).access
      return first
    }
    await expect.poll(seen, patience).toBeTypeOf('string')
    await expect.poll(async () => (await secrets()).access, patience).not.toBe(first)
    await expect.poll(() => statusOf(vivarium(), first), patience).toBe(401)
    await reloadList(page)
    await expect.poll(async () => (await secrets()).access, patience).toBeTypeOf('string')
    await movieRow(page, 'Metropolis').waitFor()
    expect((await secrets()).access).not.toBe(first)
    expect(requests.filter(isTrade).length).toBeGreaterThan(0)
  })

  test('shows on the account page that it renews itself', async () => {
    const { page } = await signedIn(browser(), vivarium())
    await page.getByRole('link', { name: 'Account' }).click()
    const renewed = page.getByText('Renewed at')
    await renewed.waitFor()
    const first = await renewed.textContent()
    await expect.poll(() => renewed.textContent(), patience).not.toBe(first)
  })
})

describe('a session', () => {
  const vivarium = vivariumFor()

  test('is renewed once for two tabs that need it at the same time', async () => {
    const { page, context, requests, secrets } = await signedIn(browser(), vivarium())
    const other = await context.newPage()
    await other.goto(`${vivarium().web}/movies`)
    await movieRow(other, 'Metropolis').waitFor()
    expect(requests.filter(isTrade)).toEqual([])
    await endAccess(context)
    await Promise.all(
      [page, other].map(async (tab) => {
        const answer = tab.waitForResponse((response) =>
          Boolean(response.request().postData()?.includes('"paginate"')),
        )
        await reloadList(tab)
        expect((await answer).status()).toBe(200)
      }),
    )
    expect(requests.filter(isTrade)).toHaveLength(1)
    expect(await statusOf(vivarium(), (await secrets()).access)).toBe(200)
  })

  test('renews a token that the database refuses before its time, and tries again', async () => {
    const { page, secrets } = await signedIn(browser(), vivarium())
    const { access } = await secrets()
    await logout(vivarium(), access)
    await reloadList(page)
    await expect.poll(async () => (await secrets()).access, patience).not.toBe(access)
    await movieRow(page, 'Metropolis').waitFor()
  })

  test('everywhere, asks elsewhere to sign in again, and leads back to where one was', async () => {
    const account = newAccount()
    const here = await signedIn(browser(), vivarium(), account)
    const there = await visit(browser(), vivarium(), '/account')
    await signIn(there.page, account)
    await isOn(there.page, 'Account')
    const dying = [await here.secrets(), await there.secrets()].flatMap(Object.values)

    await here.page.getByRole('link', { name: 'Account' }).click()
    await here.page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await isOn(here.page, 'Sign in')
    for (const secret of dying) expect(await statusOf(vivarium(), secret)).toBe(401)

    await there.page.getByRole('button', { name: 'Refresh now' }).click()
    await isOn(there.page, 'Sign in')
    await there.page.getByText('Your session has ended').waitFor()
    await signIn(there.page, account)
    await isOn(there.page, 'Account')
  })

  test('outlives a thief of its refresh token, who does not', async () => {
    const { page, context, secrets } = await signedIn(browser(), vivarium())
    const held = await secrets()
    const thief = new faunadb.Client({ endpoint: vivarium().dataApi, secret: held.refresh ?? '' })
    const stolen = await thief.query<{ refresh_token: { secret: string } }>(
      q.Call(q.Function('refresh')),
    )
    await thief.close()
    expect(await statusOf(vivarium(), stolen.refresh_token.secret)).toBe(200)
    await endAccess(context)
    await reloadList(page)
    await expect.poll(async () => (await secrets()).refresh, patience).not.toBe(held.refresh)
    await movieRow(page, 'Metropolis').waitFor()
    expect(await statusOf(vivarium(), stolen.refresh_token.secret)).toBe(401)
  })

  test('goes on with the user pool when its refresh token is dead', async () => {
    const { page, context, secrets } = await signedIn(browser(), vivarium())
    const held = await secrets()
    await logout(vivarium(), held.refresh)
    expect(await statusOf(vivarium(), held.refresh)).toBe(401)
    await endAccess(context)
    await reloadList(page)
    await expect.poll(async () => (await secrets()).refresh, patience).not.toBe(held.refresh)
    await movieRow(page, 'Metropolis').waitFor()
  })

  test('in one tab, is over in the others', async () => {
    const { page, context } = await signedIn(browser(), vivarium())
    const other = await context.newPage()
    await other.goto(`${vivarium().web}/account`)
    await other.getByRole('button', { name: 'Sign out', exact: true }).click()
    await isOn(page, 'Sign in')
    await page.getByText('You signed out in another tab.').waitFor()
  })
})

/** As if the access token's time were over. */
async function endAccess(context: BrowserContext): Promise<void> {
  await context.clearCookies({ name: '__Host-movies-access' })
}

/** Whether a request trades a refresh token. */
function isTrade(request: string): boolean {
  return request.includes('{"call":{"function":"refresh"}')
}

async function logout(vivarium: Vivarium, secret: string | undefined): Promise<void> {
  const client = new faunadb.Client({ endpoint: vivarium.dataApi, secret: secret ?? '' })
  await client.query(q.Logout(false))
  await client.close()
}
