/** What lint cannot check of the rules in CONTRIBUTING.md. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

interface Source {
  readonly path: string
  readonly lines: readonly string[]
}

const sources: readonly Source[] = ['packages', 'apps']
  .flatMap((folder) => readdirSync(root + folder).map((name) => `${folder}/${name}/src`))
  .concat('bench/src', 'e2e/src', 'scripts')
  .flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map(
      (name) => `${folder}/${name}`,
    ),
  )
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ({ path, lines: readFileSync(root + path, 'utf8').split('\n') }))

const isTest = ({ path }: Source) => /\.test\.tsx?$|test-data\.ts$/.test(path)
const isTesting = ({ path }: Source) => /\/(testing|conformance)\//.test(path)
const written = sources.filter((source) => !isTest(source))

const linesMax = 400

test(`no source file is longer than ${linesMax} lines`, () => {
  const long = written.filter(({ lines }) => lines.length > linesMax + 1)
  expect(long.map(({ path, lines }) => `${path}: ${lines.length}`)).toEqual([])
})

/** Code that runs inside transactions: errors unwind through it (a suspended read is one of them). */
const transactionCode = /^packages\/(fql\/src|data-api\/src\/model|user-pools\/src\/model)\//

/** What catches there. All but `attempt`, which lets everything pass that is no query error, read no store. */
const mayCatch: ReadonlySet<string> = new Set([
  'packages/fql/src/errors.ts', // attempt
  'packages/fql/src/json.ts', // an escape that JSON.parse refuses
  'packages/fql/src/values/regex.ts', // a pattern that does not compile
  'packages/user-pools/src/model/pages.ts', // a pagination token that is not ours
  'packages/user-pools/src/model/tickets.ts', // a ticket that does not decrypt
])

test('transaction code catches nothing', () => {
  const catching = written
    .filter((source) => transactionCode.test(source.path) && !isTesting(source))
    .filter(({ path }) => !mayCatch.has(path))
    .flatMap(({ path, lines }) =>
      lines.flatMap((line, i) => (/\bcatch\b\s*[({]/.test(line) ? [`${path}:${i + 1}`] : [])),
    )
  expect(catching).toEqual([])
})

describe('every exported function and type says what it is', () => {
  const exported = /^export (?:abstract )?(?:async )?(?:function\*?|class|interface|type) (\w+)/
  test.each(packages())('of %s', (folder) => {
    const silent = written
      .filter((source) => source.path.startsWith(`${folder}/src/`) && !isTesting(source))
      .flatMap(({ path, lines }) =>
        lines.flatMap((line, i) => {
          const name = exported.exec(line)?.[1]
          // An overload, or the second of two that one comment is about, follows another export.
          const before = lines[i - 1] ?? ''
          const isDocumented = before.trimEnd().endsWith('*/') || exported.test(before)
          return name === undefined || isDocumented ? [] : [`${path}:${i + 1} ${name}`]
        }),
      )
    expect(silent).toEqual([])
  })
})

function packages(): string[] {
  const folders = written.map(({ path }) => /^((?:packages|apps)\/[^/]+)\/src\//.exec(path)?.[1])
  return [...new Set(folders.filter((folder) => folder !== undefined))]
}
