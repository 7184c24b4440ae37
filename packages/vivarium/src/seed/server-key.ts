/**
 * The server key of the token trigger: minted once, and never read back, since a server keeps only its
 * hash.
 *
 * With a file, the file is the truth: what it holds is used as long as it opens this database. Without
 * one, the key's document says that a key was minted and handed out. A key whose file was lost stays
 * valid, for somebody may have copied it, until a rotation is asked for.
 */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import faunadb, { type Expr } from 'faunadb'
import type { DataApiSeedOptions, SeededDataApi } from './seed.ts'
import { SeedError } from './seed-error.ts'
import type { SeedingClient } from './seeding-client.ts'

const { query: q } = faunadb

/** `data.name` of the key's document. */
const keyName = 'token-trigger'

/**
 * Mints the key, or finds that there is one.
 *
 * @throws SeedError
 */
export async function ensureServerKey(
  client: SeedingClient,
  { serverKeyFile, rotateServerKey = false }: DataApiSeedOptions,
  report: (change: string) => void,
): Promise<SeededDataApi> {
  const kept = serverKeyFile === undefined ? undefined : await readKey(serverKeyFile)
  if (!rotateServerKey) {
    if (kept !== undefined && (await opens(client, kept))) {
      return { serverKey: kept, isServerKeyNew: false }
    }
  }
  const earlier = rotateServerKey ? await keyRefs(client) : []
  const handsOutOnce = serverKeyFile === undefined && !rotateServerKey
  const secret = await mint(client, handsOutOnce)
  if (secret === undefined) return { serverKey: undefined, isServerKeyNew: false }
  if (serverKeyFile !== undefined) await writeKey(serverKeyFile, secret)
  report(earlier.length > 0 ? 'minted a new server key' : 'minted a server key')
  if (earlier.length > 0) {
    // Not before the new one is kept: a run that ends here must not leave the trigger without a key.
    await client.query('delete the old server keys', q.Do(...earlier.map(deleteIfThere)))
    report('deleted the server key before it')
  }
  return { serverKey: secret, isServerKeyNew: true }
}

const deleteIfThere = (ref: Expr) => q.If(q.Exists(ref), q.Delete(ref), null)

/** A new key's secret; undefined if it was to be minted once and has been. */
async function mint(client: SeedingClient, once: boolean): Promise<string | undefined> {
  const key = q.CreateKey({ role: 'server', data: { name: keyName } })
  const secret = await client.query(
    'mint a server key',
    q.If(q.And(once, q.GT(q.Count(ourKeys), 0)), null, q.Select('secret', key)),
  )
  if (secret === null) return undefined
  if (typeof secret !== 'string') throw new SeedError('The data API minted a key without a secret')
  return secret
}

/** The keys that seeding has minted. */
const ourKeys = q.Select(
  'data',
  q.Filter(
    q.Paginate(q.Keys(), { size: 100_000 }),
    q.Lambda('key', q.Equals(q.Select(['data', 'name'], q.Get(q.Var('key')), ''), keyName)),
  ),
)

async function keyRefs(client: SeedingClient): Promise<readonly Expr[]> {
  const refs = await client.query('read the server keys', ourKeys)
  return Array.isArray(refs) ? refs : []
}

/** Whether the secret is a key of the database that is being seeded, and ours. */
async function opens(client: SeedingClient, secret: string): Promise<boolean> {
  const name = await client.queryUnlessRefused(
    'look up the server key',
    q.Select(['data', 'name'], q.KeyFromSecret(secret), ''),
  )
  return name === keyName
}

async function readKey(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new SeedError(`Cannot read the server key in ${path}`, { cause: error })
  }
}

/** Written beside and moved into place, so that the file never holds half a key. */
async function writeKey(path: string, secret: string): Promise<void> {
  const beside = `${path}.${randomUUID()}`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const file = await open(beside, 'wx', 0o600)
    try {
      await file.writeFile(`${secret}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    throw new SeedError(`Cannot keep the server key in ${path}`, { cause: error })
  }
}
