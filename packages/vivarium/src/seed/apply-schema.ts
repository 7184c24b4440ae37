/**
 * Brings a database's schema to a list of definitions.
 *
 * What an item was made from is remembered in its own `data.definition`, as a hash. Comparing the stored
 * documents themselves would not do: a server may render a lambda otherwise than it was sent. So a role
 * that somebody edited by hand stays as it is until its definition here changes.
 */
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import faunadb, { type Expr } from 'faunadb'
import { type SchemaItem, schema } from './schema.ts'
import { SeedError } from './seed-error.ts'
import type { SeedingClient } from './seeding-client.ts'

const { query: q } = faunadb

const kinds = {
  collection: { ref: q.Collection, create: q.CreateCollection },
  index: { ref: q.Index, create: q.CreateIndex },
  role: { ref: q.Role, create: q.CreateRole },
  function: { ref: q.Function, create: q.CreateFunction },
  'access provider': { ref: q.AccessProvider, create: q.CreateAccessProvider },
} satisfies Record<SchemaItem['kind'], object>

/** How long an index over existing documents may take to build. */
const buildTimeoutMs = 10 * 60_000

/**
 * Makes what is missing and updates what has another definition, in order.
 *
 * @throws SeedError
 */
export async function applySchema(
  client: SeedingClient,
  report: (change: string) => void,
  items: readonly SchemaItem[] = schema,
): Promise<void> {
  const known = await client.query('read the schema', items.map(fingerprintStored))
  for (const [position, item] of items.entries()) {
    const stored: unknown = Array.isArray(known) ? known[position] : undefined
    if (stored === fingerprint(item)) continue
    const change = await applyItem(client, item)
    if (change !== undefined) report(`${change} the ${item.kind} ${item.name}`)
  }
  await indexesBuilt(client, items)
}

/** What a definition is known by: it changes whenever the definition does. */
function fingerprint({ definition }: SchemaItem): string {
  return createHash('sha256').update(JSON.stringify(definition)).digest('base64url').slice(0, 22)
}

const refOf = ({ kind, name }: SchemaItem): Expr => kinds[kind].ref(name)

/** The fingerprint in the database: '' for an item somebody else made, null for none. */
function fingerprintStored(item: SchemaItem): Expr {
  const ref = refOf(item)
  return q.If(q.Exists(ref), q.Select(['data', 'definition'], q.Get(ref), ''), null)
}

/** Makes or updates an item in one transaction; undefined if somebody else did just now. */
async function applyItem(
  client: SeedingClient,
  item: SchemaItem,
): Promise<'made' | 'updated' | undefined> {
  const purpose = `define the ${item.kind} ${item.name}`
  const params = { ...item.definition, data: { definition: fingerprint(item) } }
  const create = kinds[item.kind].create({ name: item.name, ...params })
  const ref = refOf(item)
  const apply = (update: Expr) =>
    q.If(
      q.Exists(ref),
      q.If(
        q.Equals(fingerprintStored(item), fingerprint(item)),
        'unchanged',
        q.Do(update, 'updated'),
      ),
      q.Do(create, 'made'),
    )
  // A collection's data holds more than the fingerprint; a role and a function are what we say, whole.
  const keepsRest = item.kind === 'collection' || item.kind === 'index'
  const inPlace = apply(keepsRest ? q.Update(ref, params) : q.Replace(ref, params))
  const change =
    item.kind === 'index'
      ? // What an index covers cannot be changed: then it is built anew.
        ((await client.queryUnlessRefused(purpose, inPlace)) ??
        (await client.query(purpose, apply(q.Do(q.Delete(ref), create)))))
      : await client.query(purpose, inPlace)
  return change === 'made' || change === 'updated' ? change : undefined
}

/** Waits until every index answers: the reference builds large ones after it has answered. */
async function indexesBuilt(client: SeedingClient, items: readonly SchemaItem[]): Promise<void> {
  const indexes = items.filter(({ kind }) => kind === 'index')
  const active = q.And(true, ...indexes.map((item) => q.Select('active', q.Get(refOf(item)))))
  const until = performance.now() + buildTimeoutMs
  while ((await client.query('read the indexes', active)) !== true) {
    if (performance.now() > until) throw new SeedError('The indexes are still being built')
    await wait(250)
  }
}
