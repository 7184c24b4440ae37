import { constants, existsSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import path from 'node:path'
import type { Settings } from '../command/settings.ts'
import { codeOf } from '../start/data-directory.ts'
import { type Finding, note, ok, wrong } from './finding.ts'

/** Whether the data directory can be written, and its keys are read by nobody else. */
export async function checkDataDirectory({ dataDir }: Settings): Promise<readonly Finding[]> {
  const about = 'data directory'
  const existing = nearestExisting(dataDir)
  try {
    if (!(await stat(existing)).isDirectory()) {
      return [wrong(about, `${existing} is no directory`, 'Choose another with --data-dir.')]
    }
    await access(existing, constants.W_OK | constants.X_OK)
  } catch (error) {
    const advice = 'Choose another with --data-dir, or make this user its owner.'
    return [wrong(about, `${existing} cannot be written: ${codeOf(error)}`, advice)]
  }
  if (existing !== dataDir) return [note(about, `${dataDir} will be made on the first start`)]
  return [ok(about, dataDir), ...(await openKeys(dataDir))]
}

function nearestExisting(directory: string): string {
  let nearest = directory
  while (!existsSync(nearest)) nearest = path.dirname(nearest)
  return nearest
}

/** Windows has no such modes. */
async function openKeys(directory: string): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const name of ['root.key', 'token-trigger.key']) {
    const file = path.join(directory, name)
    if (process.platform === 'win32' || !existsSync(file)) continue
    const mode = (await stat(file)).mode & 0o777
    if ((mode & 0o077) === 0) continue
    const text = `${file} can be read by others (mode ${mode.toString(8)})`
    findings.push(
      wrong('keys', text, `chmod 600 ${file}, and replace the key if others use this machine.`),
    )
  }
  return findings
}
