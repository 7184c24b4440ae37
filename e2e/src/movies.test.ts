/** The reference application in Chromium, against the built command: what a person does and sees. */
import faunadb from 'faunadb'
import { describe, expect, test } from 'vitest'
import { inviteAccount } from './browser/administrator.ts'
import { browserFor, signedIn, vivariumFor } from './browser/fixtures.ts'
import {
  addMovie,
  confirm,
  isOn,
  movieRow,
  newAccount,
  reloadList,
  signIn,
  signUp,
} from './browser/steps.ts'
import { statusOf, visit } from './browser/visitor.ts'

const { query: q } = faunadb
const alien = { title: 'Alien', director: 'Ridley Scott', year: '1979' }
const browser = browserFor()
const vivarium = vivariumFor()

describe('a newcomer', () => {
  test('goes all the way: signs up, keeps movies, signs out, and the tokens are dead', async () => {
    const account = newAccount()
    const { page, context, secrets, requests } = await visit(browser(), vivarium())
    await isOn(page, 'Sign in')
    await signUp(page, account)
    await confirm(page, account)
    await page.getByText('Your address is confirmed').waitFor()
    await signIn(page, account)

    await isOn(page, 'Movies')
    await movieRow(page, 'Metropolis').waitFor()
    await movieRow(page, 'Stalker').waitFor()

    await addMovie(page, alien)
    await page.getByRole('alert').getByText('“Alien” was added.').waitFor()
    await page.getByRole('button', { name: 'Edit Alien' }).click()
    await page.getByLabel('Title').fill('Aliens')
    await page.getByLabel('Year').fill('1986')
    await page.getByRole('button', { name: 'Save' }).click()
    await movieRow(page, 'Aliens').getByText('1986').waitFor()

    const other = await signedIn(browser(), vivarium())
    await movieRow(other.page, 'Aliens').waitFor()

    await page.getByRole('button', { name: 'Delete Aliens' }).click()
    await page.getByRole('button', { name: 'Keep it' }).click()
    await page.getByRole('button', { name: 'Delete Aliens' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await movieRow(page, 'Aliens').waitFor({ state: 'detached' })
    // Nobody has to ask for what others do: their lists load again by themselves.
    await movieRow(other.page, 'Aliens').waitFor({ state: 'detached' })
    await addMovie(page, alien)
    await movieRow(other.page, 'Alien').getByText('1979').waitFor()
    await page.getByRole('button', { name: 'Edit Alien' }).click()
    await page.getByLabel('Year').fill('1980')
    await page.getByRole('button', { name: 'Save' }).click()
    await movieRow(other.page, 'Alien').getByText('1980').waitFor()

    await page.getByRole('link', { name: 'Account' }).click()
    await page.getByText(account.email).waitFor()
    const before = await secrets()
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await page.getByText('Renewed at').waitFor()
    const after = await secrets()
    expect(after.access).not.toBe(before.access)
    expect(after.refresh).not.toBe(before.refresh)
    expect(await statusOf(vivarium(), after.access)).toBe(200)

    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await isOn(page, 'Sign in')
    await page.getByText('You are signed out.').waitFor()
    for (const secret of [before.access, before.refresh, after.access, after.refresh]) {
      expect(await statusOf(vivarium(), secret)).toBe(401)
    }
    expect(await context.cookies()).toEqual([])
    expect(await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))).not.toMatch(
      /token|secret|eyJ/i,
    )
    const addresses = requests.map((request) => request.split(' ')[1])
    for (const secret of Object.values(after)) {
      expect(addresses.filter((address) => address?.includes(secret ?? ''))).toEqual([])
    }
    await page.goBack()
    await isOn(page, 'Sign in')
  })

  test('sees nothing of the pages of others before it is known who they are', async () => {
    const { page } = await signedIn(browser(), vivarium())
    await page.addInitScript(() => {
      const seen: string[] = []
      Object.assign(globalThis, { seen })
      new MutationObserver(() => {
        const heading = document.querySelector('main h1')?.textContent
        if (heading && seen.at(-1) !== heading) seen.push(heading)
      }).observe(document, { subtree: true, childList: true })
    })
    await page.reload()
    await movieRow(page, 'Metropolis').waitFor()
    expect(await page.evaluate('seen')).toEqual(['Movies'])
    await page.context().clearCookies()
    await page.reload()
    await isOn(page, 'Sign in')
    expect(await page.evaluate('seen')).toEqual(['Movies', 'Sign in'])
    expect(await page.getByRole('table').count()).toBe(0)
  })

  test('whose account was made by an administrator chooses a password of their own', async () => {
    const account = newAccount()
    await inviteAccount(vivarium(), account)
    const { page } = await visit(browser(), vivarium())
    await signIn(page, account)
    await isOn(page, 'Choose your password')
    await page.getByLabel('New password').fill('weak')
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByText('The password is too short.').waitFor()
    await page.getByLabel('New password').fill('My-Own-Horse-9')
    await page.getByRole('button', { name: 'Go on' }).click()
    await isOn(page, 'Movies')
    await movieRow(page, 'Metropolis').waitFor()
  })

  test('can do it all with the keyboard, and is told where they are', async () => {
    const account = newAccount()
    const { page } = await visit(browser(), vivarium())
    await signUp(page, account)
    await confirm(page, account)
    // The heading has the focus, so that a screen reader reads it; the first field is one step away.
    await page.waitForFunction(() => document.activeElement?.textContent === 'Sign in')
    expect(await page.title()).toBe('Sign in · Movies')
    await page.keyboard.press('Tab')
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(account.email)
    await page.keyboard.press('Tab')
    await page.keyboard.type(account.password)
    await page.keyboard.press('Enter')
    await isOn(page, 'Movies')
    await page.waitForFunction(() => document.activeElement?.textContent === 'Movies')
    await page.waitForFunction(() => document.title === 'Movies · Movies')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Add a movie' }).waitFor()
    await page.waitForFunction(() => document.activeElement instanceof HTMLInputElement)
    await page.keyboard.type('Nosferatu')
    await page.keyboard.press('Tab')
    await page.keyboard.type('F. W. Murnau')
    await page.keyboard.press('Tab')
    await page.keyboard.type('1922')
    await page.keyboard.press('Enter')
    await movieRow(page, 'Nosferatu').waitFor()
    await page.getByRole('button', { name: 'Edit Nosferatu' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'Edit “Nosferatu”' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Edit Nosferatu',
    )
  })
})

describe('a server that is killed', () => {
  test('loses neither the movies nor the session', async () => {
    const account = newAccount()
    const { page, secrets } = await signedIn(browser(), vivarium(), account)
    await addMovie(page, { title: 'Kagemusha', director: 'Akira Kurosawa', year: '1980' })
    const held = await secrets()
    await vivarium().kill()
    // What the page follows may have told it before; the link loads the list from either page.
    await page.getByRole('link', { name: 'Movies', exact: true }).click()
    await page.getByText('The server cannot be reached.').waitFor()
    await vivarium().startAgain()
    await page.getByRole('button', { name: 'Try again' }).click()
    await movieRow(page, 'Kagemusha').waitFor()
    expect(await secrets()).toEqual(held)
    await addMovie(page, { title: 'Ran', director: 'Akira Kurosawa', year: '1985' })

    await vivarium().kill()
    await vivarium().startAgain()
    await page.reload()
    await movieRow(page, 'Ran').waitFor()
    await movieRow(page, 'Kagemusha').waitFor()
    await page.getByRole('link', { name: 'Account' }).click()
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await page.getByText('Renewed at').waitFor()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await signIn(page, account)
    await isOn(page, 'Movies')
  })
})

describe('a long list', () => {
  test('is read page by page, forwards and back, and a page of it can be returned to', async () => {
    const { page, context } = await signedIn(browser(), vivarium())
    const client = new faunadb.Client({
      endpoint: vivarium().dataApi,
      secret: vivarium().rootSecret,
    })
    const titles = Array.from({ length: 25 }, (_, index) => `Sequel ${index + 1}`)
    await client.query(
      q.Map(
        titles,
        q.Lambda(
          'title',
          q.Create(q.Collection('Movie'), {
            data: { title: q.Var('title'), director: 'Nobody', year: 2001 },
          }),
        ),
      ),
    )
    await client.close()
    await reloadList(page)
    const titlesShown = (): Promise<string[]> =>
      page
        .getByRole('rowheader')
        .evaluateAll((cells) => cells.map((cell) => cell.firstChild?.textContent ?? ''))
    await expect.poll(async () => (await titlesShown()).length).toBe(10)
    const first = await titlesShown()
    await page.getByRole('link', { name: 'Next' }).click()
    await expect.poll(titlesShown).not.toEqual(first)
    const second = await titlesShown()
    expect(second.filter((title) => first.includes(title))).toEqual([])
    const again = await context.newPage()
    await again.goto(page.url())
    await again.getByRole('rowheader').first().waitFor()
    expect(await again.getByRole('rowheader').first().textContent()).toContain(second[0])
    await page.getByRole('link', { name: 'Previous' }).click()
    await expect.poll(titlesShown).toEqual(first)
    expect(await page.getByRole('link', { name: 'Previous' }).count()).toBe(0)
  })
})
