/**
 * A function's module, ready to be loaded by a worker.
 *
 * JavaScript is loaded where it lies. TypeScript is bundled by esbuild, with what it imports, into a
 * file of ours. With `reload`, the stamps of all files that went in are compared before each use: no
 * watcher, so that an edit counts for the very next invocation, and nothing happens between them.
 */
import { statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Bundle, bundle, inputsOf } from './bundle.ts'

/** One state of a module on the disk. */
export interface BuiltModule {
  readonly url: string
  /** Differs after each change. */
  readonly version: number
}

/** What a function module is opened with. */
export interface FunctionModuleOptions {
  /** The absolute path of the module. */
  readonly file: string
  /** A directory of ours for what is built. */
  readonly directory: () => Promise<string>
  /** Whether changes count. */
  readonly reload: boolean
}

/** @see BuiltModule */
export class FunctionModule {
  readonly #options: FunctionModuleOptions
  #version = 0
  #stamp = ''
  #inputs: readonly string[] = []
  #built: Promise<BuiltModule> | undefined

  constructor(options: FunctionModuleOptions) {
    this.#options = options
  }

  /** The module as it is now. @throws BundleError if it cannot be built */
  current(): Promise<BuiltModule> {
    if (
      this.#built !== undefined &&
      this.#options.reload &&
      stampOf(this.#inputs) !== this.#stamp
    ) {
      this.#built = undefined
    }
    this.#built ??= this.#build().catch((error: unknown) => {
      // What is wrong with it may be put right before the next invocation.
      this.#built = undefined
      throw error
    })
    return this.#built
  }

  async #build(): Promise<BuiltModule> {
    const { file, reload } = this.#options
    const version = ++this.#version
    // Before anything is read: a change in the meantime must not go unseen.
    const before = stampOf([file])
    const built = isTypeScript(file) ? await this.#bundle(version) : undefined
    this.#inputs = [...new Set([file, ...(built?.inputs ?? (reload ? await inputsOf(file) : []))])]
    const isUnchanged = before === stampOf([file])
    this.#stamp = isUnchanged ? stampOf(this.#inputs) : ''
    return { url: pathToFileURL(built?.file ?? file).href, version }
  }

  async #bundle(version: number): Promise<{ file: string; inputs: readonly string[] }> {
    const { file, directory } = this.#options
    const { code, inputs }: Bundle = await bundle(file)
    const target = path.join(await directory(), `${path.parse(file).name}-${version}.mjs`)
    await writeFile(target, code)
    return { file: target, inputs }
  }
}

/** Whether a file is TypeScript, which node does not load in every version that we support. */
export function isTypeScript(file: string): boolean {
  return /\.[mc]?tsx?$/.test(file)
}

function stampOf(files: readonly string[]): string {
  return files
    .map((file) => {
      const stat = statSync(file, { bigint: true, throwIfNoEntry: false })
      return stat === undefined ? '-' : `${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`
    })
    .join()
}
