import type { WorkerSettings } from '../messages.ts'
import { HandlerNotFound, ImportModuleError, UserCodeSyntaxError } from './render-error.ts'

/** A function's handler: asynchronous, or with a callback. */
export type Handler = (event: unknown, context: object, callback: unknown) => unknown

/**
 * Imports a function's module and finds its handler.
 *
 * @throws ImportModuleError, UserCodeSyntaxError, HandlerNotFound, and whatever the module throws
 */
export async function loadHandler(settings: WorkerSettings): Promise<Handler> {
  const { handler, exportPath, moduleUrl } = settings
  const module = await importModule(moduleUrl)
  // The exports of a CommonJS module that node cannot see from outside are all under `default`.
  const found = memberAt(module, exportPath) ?? memberAt(memberAt(module, 'default'), exportPath)
  if (found === undefined || found === null) {
    throw new HandlerNotFound(`${handler} is undefined or not exported`)
  }
  if (!isHandler(found)) throw new HandlerNotFound(`${handler} is not a function`)
  return found
}

async function importModule(url: string): Promise<unknown> {
  try {
    return await import(url)
  } catch (error) {
    if (error instanceof SyntaxError) throw new UserCodeSyntaxError(String(error))
    if (isMissingModule(error)) throw new ImportModuleError(String(error))
    throw error
  }
}

function isMissingModule(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'MODULE_NOT_FOUND' || code === 'ERR_MODULE_NOT_FOUND'
}

function memberAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (inner, name) =>
        (typeof inner === 'object' || typeof inner === 'function') && inner !== null
          ? Reflect.get(inner, name)
          : undefined,
      value,
    )
}

function isHandler(value: unknown): value is Handler {
  return typeof value === 'function'
}
