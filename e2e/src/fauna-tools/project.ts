import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Vivarium } from '../browser/vivarium.ts'
import { type Block, blocksOf } from './document.ts'
import { run, type ToolRun, tools } from './run-tool.ts'

/** A folder of somebody who follows a document of `docs/`, with the packages installed. */
export interface Project {
  readonly folder: string
  /** Carries out all scripts of the document in one shell, as a reader would. */
  follow(): Promise<ToolRun>
  /** Runs one of the document's files in Node. */
  node(file: string, words: readonly string[], options?: NodeOptions): Promise<ToolRun>
  remove(): void
}

/** How to run a file. */
export interface NodeOptions {
  /** The secret of its queries. Default: none. */
  readonly secret?: string
  /** What it reads from standard input. Default: nothing. */
  readonly input?: string
  /** Further variables. Default: none. */
  readonly environment?: Readonly<Record<string, string>>
}

/** Writes the files of a document; `vivarium` takes the place of the one on port 8443. */
export function openProject(document: string, vivarium: Vivarium): Project {
  const folder = mkdtempSync(path.join(tmpdir(), 'vivarium-docs-'))
  const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))
  symlinkSync(modules, path.join(folder, 'node_modules'), 'junction')
  mkdirSync(path.join(folder, '.vivarium'))
  writeFileSync(path.join(folder, '.vivarium', 'root.key'), vivarium.rootSecret)
  const { port } = new URL(vivarium.dataApi)
  const blocks = blocksOf(document).map((block) => ({
    ...block,
    // npx itself would take as long as the tools do.
    text: block.text.replaceAll('8443', port).replaceAll('npx ', 'node_modules/.bin/'),
  }))
  for (const block of blocks) {
    if (block.kind === 'file') writeFileSync(path.join(folder, block.name), block.text)
  }
  const environmentOf = ({ secret, environment }: NodeOptions): Record<string, string> => ({
    ...surroundings(folder),
    ...environment,
    FAUNADB_DOMAIN: '127.0.0.1',
    FAUNADB_PORT: port,
    FAUNADB_SCHEME: 'http',
    ...(secret === undefined ? {} : { FAUNA_SECRET: secret }),
  })
  return {
    folder,
    follow: () =>
      run('sh', ['-e', '-c', scriptsOf(blocks)], {
        cwd: folder,
        environment: surroundings(folder),
      }),
    node: (file, words, options = {}) =>
      run(process.execPath, [file, ...words], {
        cwd: folder,
        environment: environmentOf(options),
        ...(options.input === undefined ? {} : { input: options.input }),
      }),
    remove() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What keeps the tools inside the project, and their output plain. */
const surroundings = (folder: string): Record<string, string> => ({
  HOME: folder,
  FAUNA_LEGACY: '1',
  ESBUILD_BINARY_PATH: tools.esbuild,
})

const scriptsOf = (blocks: readonly Block[]): string =>
  blocks.flatMap((block) => (block.kind === 'script' ? [block.text] : [])).join('\n')
