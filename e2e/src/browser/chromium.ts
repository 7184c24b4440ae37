import { execFileSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'

/** Opens the system's Chromium, in a profile of its own that is gone when it closes. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath(),
    args: [
      // A container has neither a display nor the privileges of the sandbox.
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']
const applications = ['/Applications/Chromium.app', '/Applications/Google Chrome.app']

/** @throws Error with what to do, if there is none and none can be installed */
function chromiumPath(): string {
  const found = find()
  if (found !== undefined) return found
  if (process.getuid?.() === 0 && isExecutable('/usr/bin/apt-get')) {
    // Test files run side by side: one of them installs, the others wait and find it.
    const install = 'command -v chromium || { apt-get update && apt-get install --yes chromium; }'
    const lock = path.join(tmpdir(), 'vivarium-chromium.lock')
    execFileSync('flock', [lock, 'sh', '-c', install], { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  const installed = find()
  if (installed !== undefined) return installed
  throw new Error(
    'The browser tests need Chromium. Install it (Debian: apt-get install chromium), or set VIVARIUM_CHROMIUM to its path.',
  )
}

function find(): string | undefined {
  const given = process.env.VIVARIUM_CHROMIUM
  if (given !== undefined) return given
  const directories = (process.env.PATH ?? '').split(path.delimiter)
  return [
    ...directories.flatMap((directory) => names.map((name) => path.join(directory, name))),
    ...applications.map((app) => path.join(app, 'Contents/MacOS', path.basename(app, '.app'))),
  ].find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
