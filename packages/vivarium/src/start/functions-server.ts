import { existsSync } from 'node:fs'
import {
  bodyBytesMax,
  createFunctionHost,
  type FunctionHost,
  faults,
} from '@vivarium/function-host'
import { triggerBundle } from '../package-files.ts'
import { readFunctions, triggerName } from './functions-file.ts'
import { type OpenServer, openServer, type ServerContext } from './open-server.ts'

/** A little more than the trigger gives itself, as much as user pools wait. */
const triggerTimeoutMs = 5_000
const triggerMemoryMb = 256

/** Where the trigger finds the data API and its key. */
export interface TriggerNeeds {
  readonly dataApiUrl: string
  readonly serverKeyFile: string
}

/** Opens the function host, with the token trigger and the functions of one's own in it. @throws StartError */
export async function openFunctions(
  trigger: TriggerNeeds,
  context: ServerContext,
): Promise<OpenServer & { readonly functions: FunctionHost }> {
  const { settings, log, opened } = context
  if (!existsSync(triggerBundle)) {
    log.warn(
      { server: 'functions' },
      `${triggerBundle} is missing: nobody can sign in. Run npm run build.`,
    )
  }
  const own = await readFunctions(settings.functionsFile)
  const functions = createFunctionHost({
    region: settings.region,
    reload: true,
    functions: [
      {
        name: triggerName,
        module: triggerBundle,
        timeoutMs: triggerTimeoutMs,
        memoryMb: triggerMemoryMb,
        environment: {
          ...triggerSettings(process.env),
          FAUNA_ENDPOINT: trigger.dataApiUrl,
          FAUNA_SERVER_KEY_FILE: trigger.serverKeyFile,
        },
      },
      ...own,
    ],
    onLog: ({ functionName, requestId, source, text }) => {
      const level = source === 'function' ? 'info' : 'debug'
      log[level]({ server: 'functions', function: functionName, requestId }, text.trimEnd())
    },
  })
  opened.add(() => functions.close())
  const limits = { bodyBytesMax, faults }
  const server = await openServer('functions', functions.handler, limits, context)
  return { ...server, functions }
}

/** The trigger's own settings (lifetimes, names of claims), from this environment; never a key. */
function triggerSettings(environment: NodeJS.ProcessEnv): Record<string, string> {
  const given: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    const isSetting = name.startsWith('FAUNA_') && !/^FAUNA_(SERVER_KEY|ENDPOINT)/.test(name)
    if (isSetting && value !== undefined) given[name] = value
  }
  return given
}
