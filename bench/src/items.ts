/**
 * The data that sets and growth are measured with: items in groups of a hundred, each group with an owner,
 * each item with two of three tags.
 */
import faunadb, { type Expr, type values } from 'faunadb'
import { clientOf, rootSecret } from './vivarium.ts'

const q = faunadb.query

/** How many items share a group. */
export const groupSize = 100

/** Items that one query makes: as many as go well below the limit of what a transaction may write. */
const perQuery = 5_000

/** The tags of the items: the n-th has all but the n-th. */
export const tags = ['red', 'green', 'blue'] as const

/** The tags of one item. */
export function tagsOf(number: number): readonly string[] {
  return tags.filter((_, i) => number % tags.length !== i)
}

/** Indexes over the items that some benchmarks have no use for, and loading has. */
export type ItemIndex = keyof typeof indexFields

const indexFields = {
  items_by_group: { terms: [{ field: ['data', 'group'] }] },
  items_by_tag: { terms: [{ field: ['data', 'tags'] }] },
  items_by_number: { values: [{ field: ['data', 'number'] }] },
}

/**
 * Makes the collections, the indexes, the role, a member with its token, the owners and the items;
 * the token's secret.
 *
 * @param count a multiple of the size of a group
 */
export async function createItems(
  endpoint: string,
  count: number,
  indexes: readonly ItemIndex[],
): Promise<string> {
  const client = clientOf(endpoint, rootSecret)
  await createSchema(client, indexes)
  const member = await client.query<{ ref: values.Ref }>(q.Create(q.Collection('Member'), {}))
  const token = await client.query<{ secret: string }>(
    q.Create(q.Tokens(), { instance: member.ref }),
  )
  for (let from = 0; from < count; from += perQuery) {
    const length = Math.min(perQuery, count - from) / groupSize
    const groups = Array.from({ length }, (_, i) => from / groupSize + i)
    await client.query(q.Foreach(groups, createGroup))
  }
  client.close()
  return token.secret
}

/** The ref of an item of each of these groups. */
export async function itemsOf(
  endpoint: string,
  groups: readonly number[],
): Promise<readonly values.Ref[]> {
  const client = clientOf(endpoint, rootSecret)
  const refs = await client.query<values.Ref[]>(
    q.Map([...groups], (group) =>
      q.Select(0, q.Paginate(q.Match(q.Index('items_by_group'), group))),
    ),
  )
  client.close()
  return refs
}

/** Makes a group's owner, then its items. */
function createGroup(group: Expr): Expr {
  const item = q.Create(q.Collection('Item'), {
    data: {
      title: 'Spirited Away',
      number: q.Var('number'),
      group: q.Var('group'),
      tags: q.Select(
        q.Modulo(q.Var('number'), tags.length),
        tags.map((_, i) => tagsOf(i)),
      ),
      owner: q.Var('owner'),
    },
  })
  const offsets = Array.from({ length: groupSize }, (_, i) => i)
  const owner = q.Create(q.Collection('Owner'), { data: { name: 'Chihiro', group } })
  return q.Let(
    { group, owner: q.Select('ref', owner) },
    q.Foreach(offsets, (offset) =>
      q.Let({ number: q.Add(q.Multiply(q.Var('group'), groupSize), offset) }, item),
    ),
  )
}

async function createSchema(client: faunadb.Client, indexes: readonly ItemIndex[]): Promise<void> {
  await client.query(
    q.Map(
      ['Member', 'Owner', 'Item'],
      q.Lambda('name', q.CreateCollection({ name: q.Var('name') })),
    ),
  )
  for (const name of indexes) {
    const source = q.Collection('Item')
    await client.query(q.CreateIndex({ name, source, ...indexFields[name] }))
  }
  const values = [{ field: ['data', 'group'] }]
  await client.query(q.CreateIndex({ name: 'all_groups', source: q.Collection('Owner'), values }))
  const names = [...indexes, 'all_groups']
  await client.query(
    q.CreateRole({
      name: 'member',
      membership: [{ resource: q.Collection('Member') }],
      privileges: [
        { resource: q.Collection('Item'), actions: { read: true } },
        { resource: q.Collection('Owner'), actions: { read: true } },
        ...names.map((name) => ({ resource: q.Index(name), actions: { read: true } })),
      ],
    }),
  )
}
