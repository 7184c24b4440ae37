/** Installing a peer, in the folder that pins its versions. */
import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The folder of a peer. */
export function peerFolder(name: string): string {
  return fileURLToPath(new URL(`../../peers/${name}/`, import.meta.url))
}

/** Installs exactly what the peer's lock file names, unless it is there already; runs no script of anybody's. */
export function installPeer(name: string): void {
  const folder = peerFolder(name)
  if (isInstalled(folder)) return
  console.error(`  installing ${name} …`)
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
}

/** The versions that a peer's `package.json` pins, as `name version`. */
export function peerVersions(name: string): readonly string[] {
  // Our own file.
  const { dependencies } = JSON.parse(readFileSync(`${peerFolder(name)}package.json`, 'utf8')) as {
    readonly dependencies: Readonly<Record<string, string>>
  }
  return Object.entries(dependencies).map(([dependency, version]) => `${dependency} ${version}`)
}

function isInstalled(folder: string): boolean {
  const changed = (file: string) =>
    statSync(`${folder}${file}`, { throwIfNoEntry: false })?.mtimeMs ?? 0
  return changed('node_modules/.package-lock.json') >= changed('package-lock.json')
}
