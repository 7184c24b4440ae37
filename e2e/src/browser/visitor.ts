import type { Browser, BrowserContext, Page } from 'playwright-core'
import { expect, onTestFailed, onTestFinished } from 'vitest'
import type { Vivarium } from './vivarium.ts'

/** A person at a browser of their own: no cookies, one tab. */
export interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
  /** Everything this browser has asked for, as `POST https://… body`. */
  readonly requests: readonly string[]
  /** The secrets that this browser keeps now. */
  secrets(): Promise<Secrets>
  /** The ID token that it keeps, where that is the secret. */
  idToken(): Promise<string | undefined>
}

/** The tokens of the database in a browser's cookies. */
export interface Secrets {
  readonly access: string | undefined
  readonly refresh: string | undefined
}

/** Opens the application, as somebody who was never there. */
export async function visit(browser: Browser, vivarium: Vivarium, path = '/'): Promise<Visitor> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 800 } })
  context.setDefaultTimeout(20_000)
  const requests: string[] = []
  const faults: string[] = []
  context.on('request', (request) => {
    requests.push(`${request.method()} ${request.url()} ${request.postData() ?? ''}`)
  })
  context.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text())
  })
  context.on('weberror', (error) => faults.push(String(error.error().stack)))
  const page = await context.newPage()
  onTestFailed(async () => {
    const file = `${process.env.TMPDIR ?? '/tmp'}/vivarium-e2e-failed-${Date.now()}.png`
    await page.screenshot({ path: file }).catch(() => undefined)
    process.stderr.write(`The page when it failed: ${page.url()} ${file}\n`)
  })
  onTestFinished(async () => {
    await context.close()
    expect(faults).toEqual([])
  })
  await page.goto(vivarium.web + path)
  const secret = async (name: string): Promise<string | undefined> => {
    const cookies = await context.cookies()
    const value = cookies.find((cookie) => cookie.name === `__Host-movies-${name}`)?.value
    return value === undefined ? undefined : secretOf(JSON.parse(decodeURIComponent(value)))
  }
  return {
    context,
    page,
    requests,
    secrets: async () => ({ access: await secret('access'), refresh: await secret('refresh') }),
    idToken: () => secret('id-token'),
  }
}

/** How the database answers a secret: 200 while it lives, 401 afterwards. */
export async function statusOf(vivarium: Vivarium, secret: string | undefined): Promise<number> {
  expect(secret).toBeTypeOf('string')
  const response = await fetch(vivarium.dataApi, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}` },
    body: '1',
  })
  return response.status
}

function secretOf({ secret }: { readonly secret?: unknown }): string | undefined {
  return typeof secret === 'string' ? secret : undefined
}
