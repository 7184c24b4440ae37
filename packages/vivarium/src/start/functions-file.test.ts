/** `functions.json`: what it may say, and what is said of it when it may not. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { StartError } from '../command/usage-error.ts'
import { temporaryDirectory } from '../testing/vivarium-process.ts'
import { readFunctions } from './functions-file.ts'

/** A folder with the file in it, and a module. */
function written(functions: unknown): { readonly directory: string; readonly file: string } {
  const directory = temporaryDirectory()
  const file = path.join(directory, 'functions.json')
  writeFileSync(file, typeof functions === 'string' ? functions : JSON.stringify(functions))
  writeFileSync(path.join(directory, 'greet.mjs'), 'export const handler = async () => 1')
  return { directory, file }
}

const greet = { name: 'greet', module: 'greet.mjs' }

test('modules are found from the folder of the file, and everything else may be left out', async () => {
  const { directory, file } = written([
    greet,
    {
      name: 'Greet_2-b',
      module: './greet.mjs',
      handler: 'handlers.greet',
      timeoutSeconds: 5,
      environment: { GREETING: 'hello', Empty: '' },
    },
  ])
  const module = path.join(directory, 'greet.mjs')
  expect(await readFunctions({ path: file, isRequired: true })).toEqual([
    { name: 'greet', module },
    {
      name: 'Greet_2-b',
      module,
      handler: 'handlers.greet',
      timeoutMs: 5000,
      environment: { GREETING: 'hello', Empty: '' },
    },
  ])
})

describe('a file that is missing', () => {
  test('is no function where it was merely looked for', async () => {
    const file = path.join(temporaryDirectory(), 'functions.json')
    expect(await readFunctions({ path: file, isRequired: false })).toEqual([])
  })

  test('is an error where it was named', async () => {
    const file = path.join(temporaryDirectory(), 'functions.json')
    await expect(readFunctions({ path: file, isRequired: true })).rejects.toThrow(
      new StartError(`${file} cannot be read: ENOENT.`),
    )
  })
})

test.each<[unknown, string]>([
  ['[{', ' is not JSON: '],
  [{ functions: [] }, ': Invalid input: expected array, received object.'],
  [[null], ' at [0]: Invalid input: expected object, received null.'],
  [[{ name: 'greet' }], ' at [0].module: Invalid input: expected string, received undefined.'],
  [[{ ...greet, module: 'greet.py' }], ' at [0].module: must be the path of a module: .ts, '],
  [[greet, { ...greet, name: 'a b' }], ' at [1].name: must be 1 to 64 letters, '],
  [[{ ...greet, name: 'token-trigger' }], ' at [0].name: is the name of the function that puts '],
  [[{ ...greet, handler: 'a..b' }], ' at [0].handler: must be the name of an export.'],
  [[{ ...greet, timeoutSeconds: 0 }], ' at [0].timeoutSeconds: Too small: '],
  [[{ ...greet, timeoutSeconds: 901 }], ' at [0].timeoutSeconds: Too big: '],
  [[{ ...greet, timeoutSeconds: 1.5 }], ' at [0].timeoutSeconds: Invalid input: expected int'],
  [[{ ...greet, environment: { A: 1 } }], ' at [0].environment.A: Invalid input: expected string'],
  [[{ ...greet, environment: { 'A-B': '' } }], ' at [0].environment["A-B"]: must begin with a '],
  [[{ ...greet, timeout: 3 }], ' at [0]: Unrecognized key: "timeout".'],
  [[greet, greet], ' names two functions greet.'],
  [[{ ...greet, module: 'gone.ts' }], ': the module of greet, '],
  [[{ ...greet, module: 'folder.js' }], ': the module of greet, '],
])('%j is refused', async (functions, message) => {
  const { directory, file } = written(functions)
  mkdirSync(path.join(directory, 'folder.js'))
  const reading = readFunctions({ path: file, isRequired: true })
  await expect(reading).rejects.toThrow(`${file}${message}`)
  await expect(reading).rejects.toBeInstanceOf(StartError)
})
