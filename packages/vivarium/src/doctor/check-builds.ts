import { existsSync } from 'node:fs'
import path from 'node:path'
import type { Settings } from '../command/settings.ts'
import { moviesDirectory, triggerBundle } from '../package-files.ts'
import { type Finding, ok, wrong } from './finding.ts'

/** Whether what is served and run has been built. */
export async function checkBuilds({ only }: Settings): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  if (only.has('functions')) findings.push(checkFile('token trigger', triggerBundle))
  if (only.has('web')) findings.push(checkFile('web', path.join(moviesDirectory, 'index.html')))
  return findings
}

function checkFile(about: string, file: string): Finding {
  return existsSync(file)
    ? ok(about, 'built')
    : wrong(about, `${file} is missing`, 'Run npm run build.')
}
