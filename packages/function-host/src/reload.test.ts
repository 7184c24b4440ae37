/** Changes on the disk count for the next invocation. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { hostFiles } from './testing/test-host.ts'

const importing = "import { n } from './part.js'\nexport const handler = async () => n"

describe.each([
  ['JavaScript', 'fn.mjs', 'part.js', 'export const n = ', importing],
  [
    'CommonJS',
    'fn.cjs',
    'part.js',
    'exports.n = ',
    "exports.handler = async () => require('./part.js').n",
  ],
  ['TypeScript', 'fn.ts', 'part.ts', 'export const n: number = ', importing],
])('%s', (_language, file, part, start, code) => {
  const files = (value: string) => ({
    [file]: code,
    [part]: start + value,
    ...(file === 'fn.mjs' && { 'package.json': '{"type":"module"}' }),
  })

  test('is loaded again when what it imports changes', async () => {
    const host = await hostFiles(files('1'), { options: { reload: true } })
    expect((await host.invoke('fn')).payload).toBe(1)
    writeFileSync(path.join(host.directory, part), `${start}2`)
    expect((await host.invoke('fn')).payload).toBe(2)
  })

  test('stays as it was without reload', async () => {
    const host = await hostFiles(files('1'), { options: { reload: false } })
    expect((await host.invoke('fn')).payload).toBe(1)
    writeFileSync(path.join(host.directory, part), `${start}2`)
    expect((await host.invoke('fn')).payload).toBe(1)
  })
})

test('a module that was broken works once it is mended', async () => {
  const host = await hostFiles({ 'fn.ts': 'export const' }, { options: { reload: true } })
  expect((await host.invoke('fn')).error).toBe('Unhandled')
  writeFileSync(path.join(host.directory, 'fn.ts'), 'export const handler = async () => "mended"')
  expect((await host.invoke('fn')).payload).toBe('mended')
})

test('a module that was not there works once it is', async () => {
  const host = await hostFiles({ 'other.mjs': '' }, { options: { reload: true } })
  expect((await host.invoke('other')).payload).toMatchObject({
    errorType: 'Runtime.HandlerNotFound',
  })
  writeFileSync(path.join(host.directory, 'other.mjs'), 'export const handler = async () => 1')
  expect((await host.invoke('other')).payload).toBe(1)
})
