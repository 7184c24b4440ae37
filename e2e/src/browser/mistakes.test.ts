/** What the application says when something goes wrong. */
import type { Page, Request, Route } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { browserFor, signedIn, vivariumFor } from './fixtures.ts'
import {
  addMovie,
  confirm,
  isOn,
  movieRow,
  newAccount,
  passwordField,
  readCode,
  reloadList,
  signIn,
  signUp,
} from './steps.ts'
import { visit } from './visitor.ts'

const alien = { title: 'Alien', director: 'Ridley Scott', year: '1979' }
const browser = browserFor()

describe('somebody who makes mistakes', () => {
  const vivarium = vivariumFor()

  test('is told which rule a password breaks, and that an address is taken', async () => {
    const account = newAccount()
    const { page } = await visit(browser(), vivarium())
    await page.getByRole('link', { name: 'Sign up' }).click()
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByText('Enter your e-mail address.').waitFor()
    await hasFocus(page, 'E-mail address')
    await page.getByLabel('E-mail address').fill(account.email)
    for (const [password, words] of [
      ['Sh0rt', 'The password is too short.'],
      ['all-small-7', 'The password needs an upper case letter'],
      ['ALL-BIG-7', 'The password needs a lower case letter'],
      ['No-Digits', 'The password needs a digit'],
      ['With Space 7', 'The password must not contain spaces.'],
    ] as const) {
      await passwordField(page).fill(password)
      await page.getByRole('button', { name: 'Sign up' }).click()
      await page.getByText(words).waitFor()
      await hasFocus(page, 'Password')
    }
    await passwordField(page).fill(account.password)
    await page.getByRole('button', { name: 'Sign up' }).click()
    await isOn(page, 'Confirm your address')

    await page.goto(`${vivarium().web}/sign-up`)
    await page.getByLabel('E-mail address').fill(account.email)
    await passwordField(page).fill(account.password)
    await page.getByRole('button', { name: 'Sign up' }).click()
    await page.getByText('There is an account with this address already.').waitFor()
    await hasFocus(page, 'E-mail address')
  })

  test('is led from signing in to confirming, with a wrong code, a new one, and too many', async () => {
    const account = newAccount()
    const { page } = await visit(browser(), vivarium())
    await signUp(page, account)
    await isOn(page, 'Confirm your address')
    const old = await readCode(page, account.email)
    await page.goto(`${vivarium().web}/sign-in`)
    await signIn(page, account)
    await isOn(page, 'Confirm your address')
    await page.getByText(`${account.email} is not confirmed yet.`).waitFor()

    await page.getByRole('button', { name: 'Send a new code' }).click()
    await page.getByText('A new code was sent to').waitFor()
    await page.getByLabel('Code').fill(old)
    await page.getByRole('button', { name: 'Confirm' }).click()
    await page.getByText('This is not the code that was sent last.').waitFor()
    await hasFocus(page, 'Code')

    const tooMany = page.getByText('Too many attempts. Wait a few minutes')
    for (let attempts = 0; attempts < 10 && (await tooMany.count()) === 0; attempts += 1) {
      await page.getByRole('button', { name: 'Send a new code' }).click()
      await page.getByText(/A new code was sent to|Too many attempts/).waitFor()
    }
    await tooMany.waitFor()
    await confirm(page, account)
  })

  test('can confirm an address later, on a page of its own', async () => {
    const account = newAccount()
    const first = await visit(browser(), vivarium())
    await signUp(first.page, account)
    await isOn(first.page, 'Confirm your address')
    // The tab in which one signed up remembers the address.
    const { page } = await visit(browser(), vivarium())
    await page.goto(`${vivarium().web}/confirm`)
    await isOn(page, 'Confirm your address')
    await page.getByRole('button', { name: 'Send a new code' }).click()
    await page.getByText('Enter your e-mail address.').waitFor()
    await page.getByLabel('E-mail address').fill(account.email)
    await confirm(page, account)
  })

  test('is told of a wrong password, sets a new one, and signs in with that alone', async () => {
    const account = newAccount()
    const { page } = await visit(browser(), vivarium())
    await signUp(page, account)
    await confirm(page, account)
    await signIn(page, { ...account, password: 'Wrong-Horse-7' })
    await page.getByText('The address or the password is wrong.').waitFor()
    await hasFocus(page, 'Password')

    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await isOn(page, 'Forgot your password?')
    await page.getByLabel('E-mail address').fill(account.email)
    await page.getByRole('button', { name: 'Send a code' }).click()
    await isOn(page, 'Set a new password')
    await page.getByLabel('Code').fill(await readCode(page, account.email))
    await passwordField(page).fill('weak')
    await page.getByRole('button', { name: 'Set the new password' }).click()
    await page.getByText('The password is too short.').waitFor()
    await passwordField(page).fill('Better-Horse-8')
    await page.getByRole('button', { name: 'Set the new password' }).click()
    await page.getByText('Your new password is set.').waitFor()
    await signIn(page, account)
    await page.getByText('The address or the password is wrong.').waitFor()
    await signIn(page, { ...account, password: 'Better-Horse-8' })
    await isOn(page, 'Movies')
  })

  test('without a network is told so, loses nothing, and goes on when it is back', async () => {
    const { page, context } = await signedIn(browser(), vivarium())
    await page.getByRole('button', { name: 'Add a movie' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Title').fill('Solaris')
    await dialog.getByLabel('Director').fill('Andrei Tarkovsky')
    await dialog.getByLabel('Year').fill('1972')
    await context.setOffline(true)
    await dialog.getByRole('button', { name: 'Add' }).click()
    await dialog.getByText('The server cannot be reached.').waitFor()
    await context.setOffline(false)
    await dialog.getByRole('button', { name: 'Add' }).click()
    await movieRow(page, 'Solaris').waitFor()

    await context.setOffline(true)
    await reloadList(page)
    const notice = page.getByText('This list may be out of date. The server cannot be reached.')
    await notice.waitFor()
    expect(await movieRow(page, 'Solaris').count()).toBe(1)
    await context.setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await notice.waitFor({ state: 'detached' })
    await movieRow(page, 'Solaris').waitFor()
  })

  test('keeps the list that could not be loaded again, is told so, and can try again', async () => {
    const { page } = await signedIn(browser(), vivarium())
    const other = await signedIn(browser(), vivarium())
    await movieRow(page, 'Metropolis').waitFor()
    const isList = (request: Request) => Boolean(request.postData()?.includes('"paginate"'))
    const isOut = async (route: Route) =>
      isList(route.request()) ? route.abort() : route.continue()
    await page.route(`${vivarium().dataApi}/**`, isOut)
    // The stream tells of it, and the list cannot follow.
    await addMovie(other.page, { title: 'Playtime', director: 'Jacques Tati', year: '1967' })
    const notice = page.getByRole('alert').filter({ hasText: 'This list may be out of date.' })
    await notice.getByText('The server cannot be reached.').waitFor()
    expect(await movieRow(page, 'Metropolis').count()).toBe(1)
    expect(await movieRow(page, 'Playtime').count()).toBe(0)
    await isOn(page, 'Movies')
    const refused = page.waitForEvent('requestfailed', isList)
    await notice.getByRole('button', { name: 'Try again' }).click()
    await refused
    await notice.waitFor()
    await page.unroute(`${vivarium().dataApi}/**`, isOut)
    await notice.getByRole('button', { name: 'Try again' }).click()
    await movieRow(page, 'Playtime').waitFor()
    await notice.waitFor({ state: 'detached' })
  })

  test('does not overwrite what somebody else has changed, nor delete it', async () => {
    const { page } = await signedIn(browser(), vivarium())
    const other = await signedIn(browser(), vivarium())
    await addMovie(page, alien)
    await reloadList(other.page)
    await other.page.getByRole('button', { name: 'Edit Alien' }).click()
    await other.page.getByLabel('Year').fill('1980')

    await page.getByRole('button', { name: 'Edit Alien' }).click()
    await page.getByLabel('Title').fill('Alien 3')
    await page.getByRole('button', { name: 'Save' }).click()
    await movieRow(page, 'Alien 3').waitFor()

    await other.page.getByRole('button', { name: 'Save' }).click()
    await other.page.getByText('Somebody else changed or deleted this movie').waitFor()
    await other.page.getByRole('button', { name: 'Cancel' }).click()
    await movieRow(other.page, 'Alien 3').getByText('1979').waitFor()

    await other.page.getByRole('button', { name: 'Delete Alien 3' }).click()
    await page.getByRole('button', { name: 'Edit Alien 3' }).click()
    await page.getByLabel('Year').fill('1992')
    await page.getByRole('button', { name: 'Save' }).click()
    await movieRow(page, 'Alien 3').getByText('1992').waitFor()
    await other.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await other.page.getByText('Somebody else changed or deleted this movie').waitFor()
    await other.page.getByRole('button', { name: 'Keep it' }).click()
    await movieRow(other.page, 'Alien 3').getByText('1992').waitFor()
  })
})

async function hasFocus(page: Page, label: string): Promise<void> {
  await expect
    .poll(() =>
      page
        .getByRole('textbox', { name: label, exact: true })
        .evaluate((field) => field === document.activeElement),
    )
    .toBe(true)
}
