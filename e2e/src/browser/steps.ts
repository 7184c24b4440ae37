/** What a person does, in the words on the page. */
import type { Page } from 'playwright-core'

/** An account's name and its proof. */
export interface Account {
  readonly email: string
  readonly password: string
}

/** An address that nobody has yet. */
export function newAccount(): Account {
  serial += 1
  return { email: `person-${serial}@example.com`, password: 'Correct-Horse-7' }
}

let serial = 0

/** Waits for a page by its heading. */
export async function isOn(page: Page, heading: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name: heading, exact: true }).waitFor()
}

/** Fills in and sends the sign-up form. */
export async function signUp(page: Page, { email, password }: Account): Promise<void> {
  await page.getByRole('link', { name: 'Sign up' }).click()
  await isOn(page, 'Sign up')
  await page.getByLabel('E-mail address').fill(email)
  await passwordField(page).fill(password)
  await page.getByRole('button', { name: 'Sign up' }).click()
}

/** Opens the development mailbox from the page and reads the newest code for an address there. */
export async function readCode(page: Page, email: string): Promise<string> {
  const opening = page.context().waitForEvent('page')
  await page.getByRole('link', { name: 'development mailbox' }).click()
  const mailbox = await opening
  const message = mailbox.getByRole('article').filter({ hasText: email }).first()
  const code = (await message.locator('code').textContent())?.trim() ?? ''
  await mailbox.close()
  return code
}

/** Confirms the address with the code from the mailbox. */
export async function confirm(page: Page, { email }: Account): Promise<void> {
  await isOn(page, 'Confirm your address')
  await page.getByLabel('Code').fill(await readCode(page, email))
  await page.getByRole('button', { name: 'Confirm' }).click()
  await isOn(page, 'Sign in')
}

/** Fills in and sends the sign-in form. */
export async function signIn(page: Page, { email, password }: Account): Promise<void> {
  await isOn(page, 'Sign in')
  await page.getByLabel('E-mail address').fill(email)
  await passwordField(page).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** From nothing to the list of movies. */
export async function signUpAndIn(page: Page, account: Account): Promise<void> {
  await signUp(page, account)
  await confirm(page, account)
  await signIn(page, account)
  await isOn(page, 'Movies')
}

/** The field for a password, not the button that shows it. */
export function passwordField(page: Page) {
  return page.getByRole('textbox', { name: /password$/i })
}

/** A row of the list, by the movie's title. */
export function movieRow(page: Page, title: string) {
  return page.getByRole('row').filter({
    has: page.getByRole('rowheader', { name: title }),
  })
}

/** Adds a movie through the dialog. */
export async function addMovie(
  page: Page,
  {
    title,
    director,
    year,
  }: { readonly title: string; readonly director: string; readonly year: string },
): Promise<void> {
  await page.getByRole('button', { name: 'Add a movie' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Title').fill(title)
  await dialog.getByLabel('Director').fill(director)
  await dialog.getByLabel('Year').fill(year)
  await dialog.getByRole('button', { name: 'Add' }).click()
  await movieRow(page, title).waitFor()
  await dialog.waitFor({ state: 'detached' })
}

/** Loads the list again. */
export async function reloadList(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Load the list again' }).click()
}
