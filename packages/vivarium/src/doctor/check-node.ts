import { type Finding, ok, wrong } from './finding.ts'

/** The oldest version that is tested. */
const oldest = [20, 19] as const

/** Whether this Node is new enough. */
export async function checkNode(): Promise<readonly Finding[]> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const isNewEnough = major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
  return [
    isNewEnough
      ? ok('node', `version ${process.versions.node}`)
      : wrong(
          'node',
          `version ${process.versions.node} is older than ${oldest.join('.')}`,
          'Install a newer Node.',
        ),
  ]
}
