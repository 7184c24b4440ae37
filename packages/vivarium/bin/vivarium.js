#!/usr/bin/env node
// Checked in, so that npm can link it before anything is built.
import { existsSync } from 'node:fs'

const main = new URL('../dist/main.js', import.meta.url)
if (existsSync(main)) {
  await import(main.href)
} else {
  process.stderr.write('vivarium: not built yet. Run npm run build.\n')
  process.exitCode = 1
}
