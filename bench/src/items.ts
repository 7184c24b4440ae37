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
export type ItemIndex = 'items_by_group' | 'items_by_tag'

const indexFields: Readonly<Record<ItemIndex, string>> = {
  items_by_group: 'group',
  items_by_tag: 'tags',
}

/** Items in a data API, and a token that a role admits to them. */
export interface Items {
  /** The secret of the token. */
  readonly secret: string
  /** The refs of the items, oldest first. */
  readonly refs: readonly values.Ref[]
}

/**
 * Makes the collections, the indexes, the role, a member with its token, the owners and the items.
 *
 * @param count a multiple of the size of a group
 */
export async function createItems(
  endpoint: string,
  count: number,
  indexes: readonly ItemIndex[],
): Promise<Items> {
  const client = clientOf(endpoint, rootSecret)
  await createSchema(client, indexes)
  const member = await client.query<{ ref: values.Ref }>(q.Create(q.Collection('Member'), {}))
  const token = await client.query<{ secret: string }>(
    q.Create(q.Tokens(), { instance: member.ref }),
  )
  const refs: values.Ref[] = []
  for (let from = 0; from < count; from += perQuery) {
    const length = Math.min(perQuery, count - from) / groupSize
    const groups = Array.from({ length }, (_, i) => from / groupSize + i)
    const made = await client.query<values.Ref[][]>(q.Map(groups, createGroup))
    refs.push(...made.flat())
  }
  client.close()
  return { secret: token.secret, refs }
}

/** Makes a group's owner, then its items; their refs. */
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
    q.Map(offsets, (offset) =>
      q.Let(
        { number: q.Add(q.Multiply(q.Var('group'), groupSize), offset) },
        q.Select('ref', item),
      ),
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
    const terms = [{ field: ['data', indexFields[name]] }]
    await client.query(q.CreateIndex({ name, source: q.Collection('Item'), terms }))
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
