/** Files that stand beside this package in the workspace. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

// This module is one level below the package, built or not.
const inWorkspace = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** The token trigger's bundle, as it goes to Lambda. */
export const triggerBundle = inWorkspace('packages/token-trigger/dist/lambda/index.mjs')

/** The build of the movies application. */
export const moviesDirectory = inWorkspace('apps/movies/dist')

/** The version in `package.json`. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const { version }: { readonly version?: unknown } = JSON.parse(text)
  return typeof version === 'string' ? version : 'unknown'
}
