/** Bundling with esbuild, whose own process lives only while something is bundled. */
import path from 'node:path'
import type { BuildFailure, BuildOptions, BuildResult } from 'esbuild'

/** A module and what it imports, in one. */
export interface Bundle {
  readonly code: string
  /** The absolute paths of the files that went in, packages aside. */
  readonly inputs: readonly string[]
}

/** A module that cannot be built. */
export class BundleError extends Error {
  override readonly name = 'BundleError'
  readonly reason: 'missing-module' | 'syntax'

  constructor(reason: BundleError['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** Bundles a TypeScript module into an ECMAScript module. @throws BundleError */
export async function bundle(file: string): Promise<Bundle> {
  const result = await build(file, {
    packages: 'bundle',
    // Packages in the older style call `require` for node's own modules, and ask where they are.
    banner: {
      js:
        `import { createRequire as __createRequire } from 'node:module';` +
        `const require = __createRequire(${JSON.stringify(file)});` +
        `const __filename = ${JSON.stringify(file)};` +
        `const __dirname = ${JSON.stringify(path.dirname(file))};`,
    },
    sourcemap: 'inline',
    sourcesContent: false,
  })
  const [output] = result.outputFiles ?? []
  if (output === undefined) throw new BundleError('syntax', `Nothing came of ${file}.`)
  return { code: output.text, inputs: inputs(result) }
}

/**
 * The absolute paths of a JavaScript module and of what it imports, packages aside; the module alone if
 * it cannot be read, which whoever loads it will find out.
 */
export async function inputsOf(file: string): Promise<readonly string[]> {
  try {
    return inputs(await build(file, { packages: 'external' }))
  } catch (error) {
    if (error instanceof BundleError) return [file]
    throw error
  }
}

function inputs(result: BuildResult): string[] {
  return Object.keys(result.metafile?.inputs ?? {})
    .map((input) => path.resolve('/', input))
    .filter((input) => !input.includes(`${path.sep}node_modules${path.sep}`))
}

let underWay = 0

async function build(file: string, options: BuildOptions): Promise<BuildResult> {
  // Loaded late: most functions are JavaScript that never changes.
  const esbuild = await import('esbuild')
  underWay++
  try {
    return await esbuild.build({
      entryPoints: [file],
      absWorkingDir: '/',
      bundle: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      loader: { '.node': 'empty' },
      logLevel: 'silent',
      metafile: true,
      write: false,
      ...options,
    })
  } catch (cause) {
    throw isBuildFailure(cause) ? bundleError(cause) : cause
  } finally {
    underWay--
    if (underWay === 0) await esbuild.stop()
  }
}

function isBuildFailure(cause: unknown): cause is BuildFailure {
  return cause instanceof Error && 'errors' in cause && Array.isArray(cause.errors)
}

function bundleError(cause: BuildFailure): BundleError {
  const [first] = cause.errors
  if (first === undefined) return new BundleError('syntax', cause.message, { cause })
  const { text, location } = first
  const where = location ? ` (${path.resolve('/', location.file)}:${location.line})` : ''
  const missing = /^Could not resolve "(.*)"/.exec(text)?.[1]
  return missing === undefined
    ? new BundleError('syntax', `SyntaxError: ${text}${where}`, { cause })
    : new BundleError('missing-module', `Error: Cannot find module '${missing}'${where}`, { cause })
}
