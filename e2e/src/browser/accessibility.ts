import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** A wide screen, and the narrowest there is; in the colours of the day and of the night. */
const looks = [
  { width: 1200, height: 800, colorScheme: 'light' },
  { width: 360, height: 740, colorScheme: 'dark' },
] as const

/** Every rule of axe holds on what the page shows now, however it is looked at, and nothing is cut off. */
export async function expectAccessible(page: Page, name: string): Promise<void> {
  for (const { colorScheme, ...viewport } of looks) {
    await page.setViewportSize(viewport)
    await page.emulateMedia({ colorScheme })
    await page.waitForFunction(
      (scheme) => document.documentElement.dataset.mantineColorScheme === scheme,
      colorScheme,
    )
    await page.evaluate(source)
    // Colours are judged when nothing is fading any more.
    await page.waitForFunction(() =>
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        .every(({ playState }) => playState !== 'running'),
    )
    const violations = await page.evaluate(runAxe)
    expect(violations, `${name}, ${viewport.width} px, ${colorScheme}`).toEqual([])
    const isCutOff = await page.evaluate(
      () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
    )
    expect(isCutOff, `${name} is wider than ${viewport.width} px`).toBe(false)
  }
}

declare const axe: { run(): Promise<AxeResults> }

/** Runs in the page. */
async function runAxe(): Promise<readonly string[]> {
  const { violations } = await axe.run()
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}: ${failureSummary}`),
  )
}
