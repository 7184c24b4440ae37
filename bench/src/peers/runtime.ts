/** The Node on which everybody runs. */
import { spawnSync } from 'node:child_process'
import { installPeer, peerFolder } from './install.ts'

/** PostGraphile 5 needs it: on Node 20 each of its answers is an error. */
const majorMin = 22

/**
 * Goes on if this Node is new enough; else runs the command again on the one that `peers/node` pins, and ends
 * as that ends. Everybody, the load included, is measured on the same Node.
 */
export function runOnCurrentNode(): void {
  if (Number(process.versions.node.split('.')[0]) >= majorMin) return
  installPeer('node')
  const node = `${peerFolder('node')}node_modules/node-${process.platform}-${process.arch}/bin/node`
  console.error(`Node ${process.versions.node} is older than ${majorMin}: running on ${node}`)
  const { status, error } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  if (error !== undefined) throw error
  process.exit(status ?? 1)
}
