import type { Settings } from '../command/settings.ts'
import { StartError } from '../command/usage-error.ts'
import { readFunctions } from '../start/functions-file.ts'
import { type Finding, ok, wrong } from './finding.ts'

/** Whether the functions of one's own can be started; nothing if there are none. */
export async function checkFunctions(settings: Settings): Promise<readonly Finding[]> {
  if (!settings.only.has('functions')) return []
  const about = 'functions'
  try {
    const names = (await readFunctions(settings.functionsFile)).map(({ name }) => name)
    return names.length === 0 ? [] : [ok(about, names.join(', '))]
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    return [wrong(about, error.message, 'See docs/functions.md, and look at --functions.')]
  }
}
