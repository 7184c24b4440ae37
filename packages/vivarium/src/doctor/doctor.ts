/** `vivarium doctor`: looks at everything that `start` needs, and says what is wrong before it is. */
import type { Arguments } from '../command/arguments.ts'
import { readSettings, type Settings } from '../command/settings.ts'
import { UsageError } from '../command/usage-error.ts'
import { checkBuilds } from './check-builds.ts'
import { checkDataDirectory } from './check-data-directory.ts'
import { checkFunctions } from './check-functions.ts'
import { checkNode } from './check-node.ts'
import { checkPorts } from './check-ports.ts'
import { checkReachable } from './check-reachable.ts'
import { checkStore } from './check-store.ts'
import { checkTls } from './check-tls.ts'
import { type Finding, renderFindings, wrong } from './finding.ts'

/** Prints what it finds. @returns the exit status: 1 if anything is wrong */
export async function doctor(given: Pick<Arguments, 'values'>): Promise<number> {
  const findings = await examine(given)
  process.stdout.write(renderFindings(findings))
  const faults = findings.filter(({ level }) => level === 'wrong').length
  const verdict = faults === 0 ? 'Nothing is wrong.' : `${faults} wrong.`
  process.stdout.write(`\n${verdict}\n`)
  return faults === 0 ? 0 : 1
}

async function examine(given: Pick<Arguments, 'values'>): Promise<readonly Finding[]> {
  const settings = settingsOr(given)
  if ('level' in settings) return [...(await checkNode()), settings]
  const findings: Finding[] = []
  // One after another: the list reads from the ground up, and a check may rely on the one before.
  for (const check of [
    checkNode,
    () => checkDataDirectory(settings),
    () => checkStore(settings),
    () => checkBuilds(settings),
    () => checkFunctions(settings),
    () => checkTls(settings),
    () => checkPorts(settings),
    () => checkReachable(settings),
  ]) {
    findings.push(...(await check()))
  }
  return findings
}

function settingsOr(given: Pick<Arguments, 'values'>): Settings | Finding {
  try {
    return readSettings(given)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return wrong('settings', error.message, 'See vivarium --help.')
  }
}
