/** Every page under the rules of axe. */
import { describe, test } from 'vitest'
import { expectAccessible } from './accessibility.ts'
import { browserFor, vivariumFor } from './fixtures.ts'
import { isOn, movieRow, newAccount, signUpAndIn } from './steps.ts'
import { visit } from './visitor.ts'

const browser = browserFor()

describe('every page', () => {
  const vivarium = vivariumFor()

  test('keeps the rules of accessibility, wide and narrow, by day and by night', async () => {
    const account = newAccount()
    const { page } = await visit(browser(), vivarium())
    await isOn(page, 'Sign in')
    await expectAccessible(page, 'sign in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByText('Enter your password.').waitFor()
    await expectAccessible(page, 'sign in with errors')
    for (const [path, heading] of [
      ['/sign-up', 'Sign up'],
      ['/confirm', 'Confirm your address'],
      ['/forgot-password', 'Forgot your password?'],
      ['/new-password', 'Set a new password'],
      ['/nowhere', 'There is no such page'],
    ] as const) {
      await page.goto(vivarium().web + path)
      await isOn(page, heading)
      await expectAccessible(page, heading)
    }
    await page.goto(`${vivarium().web}/sign-in`)
    await signUpAndIn(page, account)
    await movieRow(page, 'Metropolis').waitFor()
    await expectAccessible(page, 'movies')
    await page.getByRole('button', { name: 'Add a movie' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Add' }).click()
    await page.getByText('Enter the title.').waitFor()
    await expectAccessible(page, 'add a movie')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Delete Metropolis' }).click()
    await page.getByRole('dialog').waitFor()
    await expectAccessible(page, 'delete a movie')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Account' }).click()
    await isOn(page, 'Account')
    await page.getByRole('button', { name: 'Refresh now' }).click()
    await page.getByText('Renewed at').waitFor()
    await expectAccessible(page, 'account')
    await page.context().setOffline(true)
    await page.getByRole('link', { name: 'Movies', exact: true }).first().click()
    await isOn(page, 'This page could not be loaded')
    await expectAccessible(page, 'a page that could not be loaded')
    await page.context().setOffline(false)
    await page.getByRole('button', { name: 'Try again' }).click()
    await movieRow(page, 'Metropolis').waitFor()
    await page.context().setOffline(true)
    await page.getByRole('button', { name: 'Load the list again' }).click()
    await page.getByText('This list may be out of date.').waitFor()
    await expectAccessible(page, 'a list that could not be loaded again')
  })
})
