/**
 * Functions of one's own, for the other triggers of a user pool: `functions.json` lists them.
 *
 * ```json
 * [{ "name": "pre-sign-up", "module": "pre-sign-up.ts", "timeoutSeconds": 5 }]
 * ```
 */
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import type { FunctionDefinition } from '@vivarium/function-host'
import { z } from 'zod'
import type { FunctionsFileSetting } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import { codeOf } from './data-directory.ts'

/** The token trigger's name in the function host. */
export const triggerName = 'token-trigger'

/** Lambda's own limit. */
const timeoutSecondsMax = 900

const definition = z.strictObject({
  name: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'must be 1 to 64 letters, digits, hyphens and underscores')
    .refine(
      (name) => name !== triggerName,
      'is the name of the function that puts tokens in claims',
    ),
  module: z
    .string()
    .regex(/\.[cm]?[jt]s$/, 'must be the path of a module: .ts, .mts, .cts, .js, .mjs or .cjs'),
  handler: z
    .string()
    .regex(/^[\w$]+(\.[\w$]+)*$/, 'must be the name of an export')
    .optional(),
  timeoutSeconds: z.int().min(1).max(timeoutSecondsMax).optional(),
  environment: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z]\w*$/, 'must begin with a letter and have letters, digits and _ only'),
      z.string(),
    )
    .optional(),
})

const definitions = z.array(definition)

/**
 * Reads the file, if there is one, and finds every module in it. Modules are taken from the folder that
 * the file is in.
 *
 * @throws StartError for the first thing that is wrong, with its place
 */
export async function readFunctions({
  path: file,
  isRequired,
}: FunctionsFileSetting): Promise<readonly FunctionDefinition[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    if (!isRequired && codeOf(cause) === 'ENOENT') return '[]'
    throw new StartError(`${file} cannot be read: ${codeOf(cause)}.`, { cause })
  })
  const result = definitions.safeParse(parseJson(file, text))
  if (!result.success) {
    const [issue] = result.error.issues
    throw new StartError(`${file}${placeOf(issue?.path ?? [])}: ${messageOf(issue)}.`)
  }
  const names = result.data.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new StartError(`${file} names two functions ${twice}.`)
  const directory = path.dirname(file)
  const functions = result.data.map(({ name, module, handler, timeoutSeconds, environment }) => ({
    name,
    module: path.resolve(directory, module),
    handler,
    timeoutMs: timeoutSeconds && timeoutSeconds * 1000,
    environment,
  }))
  for (const { name, module } of functions) await expectFile(file, name, module)
  return functions
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StartError(`${file} is not JSON: ${reason}.`, { cause })
  }
}

/** `[0].environment["A-B"]` */
function placeOf(steps: readonly PropertyKey[]): string {
  const place = steps.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    return /^\w+$/.test(String(step)) ? `.${String(step)}` : `[${JSON.stringify(String(step))}]`
  })
  return place.length === 0 ? '' : ` at ${place.join('').replace(/^\./, '')}`
}

function messageOf(issue: z.core.$ZodIssue | undefined): string {
  // A name that is none has its reason one level below.
  if (issue?.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  return issue?.message ?? 'it is not a list of functions'
}

async function expectFile(file: string, name: string, module: string): Promise<void> {
  const found = await stat(module).catch(() => undefined)
  if (found?.isFile() !== true)
    throw new StartError(`${file}: the module of ${name}, ${module}, is missing.`)
}
