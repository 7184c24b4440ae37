import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bundle } from './bundle.ts'

/** Where modules are built: a temporary directory, made when it is first needed. */
export class Workshop {
  #directory: Promise<string> | undefined
  #runtimeUrl: Promise<string> | undefined

  directory(): Promise<string> {
    this.#directory ??= mkdtemp(path.join(tmpdir(), 'vivarium-functions-'))
    return this.#directory
  }

  /** The module that workers run. Ours is TypeScript too, so where we are not built it is bundled. */
  runtimeUrl(): Promise<string> {
    this.#runtimeUrl ??= this.#findRuntime()
    return this.#runtimeUrl
  }

  async close(): Promise<void> {
    if (this.#directory !== undefined)
      await rm(await this.#directory, { recursive: true, force: true })
  }

  async #findRuntime(): Promise<string> {
    const extension = path.extname(import.meta.url)
    const runtime = new URL(`./runtime/runtime${extension}`, import.meta.url)
    if (extension !== '.ts') return runtime.href
    const { code } = await bundle(fileURLToPath(runtime))
    const target = path.join(await this.directory(), 'runtime.mjs')
    await writeFile(target, code)
    return pathToFileURL(target).href
  }
}
