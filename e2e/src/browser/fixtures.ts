import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, vi } from 'vitest'
import { makeAccount } from './administrator.ts'
import { openChromium } from './chromium.ts'
import { type Account, isOn, newAccount, signIn } from './steps.ts'
import { type Visitor, visit } from './visitor.ts'
import { startVivarium, type Vivarium } from './vivarium.ts'

// Each test is a person's whole visit, and a loaded machine is slow.
vi.setConfig({ testTimeout: 240_000 })

/** How long a person would wait for something that happens by itself. */
export const patience = { timeout: 30_000 }

/** Chromium for the tests of a file; the first start may have to install it. */
export function browserFor(): () => Browser {
  return opened(openChromium, (browser) => browser.close(), 600_000)
}

/** A Vivarium for the tests of one `describe`. */
export function vivariumFor(environment: Readonly<Record<string, string>> = {}): () => Vivarium {
  return opened(
    () => startVivarium(environment),
    (vivarium) => vivarium.remove(),
    120_000,
  )
}

/**
 * Somebody signed in and looking at the movies. An administrator has made the account: signing up in the
 * browser is what other tests are about, and takes longer than most of what these are.
 */
export async function signedIn(
  browser: Browser,
  vivarium: Vivarium,
  account: Account = newAccount(),
): Promise<Visitor> {
  const [visitor] = await Promise.all([visit(browser, vivarium), makeAccount(vivarium, account)])
  await signIn(visitor.page, account)
  await isOn(visitor.page, 'Movies')
  return visitor
}

function opened<T>(
  open: () => Promise<T>,
  close: (thing: T) => Promise<void>,
  timeoutMs: number,
): () => T {
  let thing: T | undefined
  beforeAll(async () => {
    thing = await open()
  }, timeoutMs)
  afterAll(async () => {
    if (thing !== undefined) await close(thing)
  })
  return () => {
    if (thing === undefined) throw new Error('It is open within tests alone')
    return thing
  }
}
