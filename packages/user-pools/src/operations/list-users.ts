import type { Transaction } from '@vivarium/store'
import { z } from 'zod'
import { describeUser } from '../descriptions/user.ts'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import { decode, type User, type UserPool } from '../model/documents.ts'
import { usersRange } from '../model/keys.ts'
import { findUserBySub, readUser } from '../model/names.ts'
import {
  type PageRequest,
  pageSizeMax,
  rangeFrom,
  pageToken as tokenAfter,
} from '../model/pages.ts'
import { readPool } from '../model/pools.ts'
import { matchesFilter, parseUserFilter, type UserFilter } from '../model/user-filter.ts'
import { operation } from '../operation.ts'
import { attributeName, limit, pageToken, poolId } from '../request-shapes.ts'

/** How many users one transaction looks at: a search through a big pool lets others in between. */
const usersPerStep = 500

/**
 * Lists the users of a pool, by their canonical names.
 *
 * A condition on anything but the canonical name or the `sub` reads the pool until the page is full.
 * Unverified: the service may sort by the attribute that is searched.
 *
 * @see user-pools §2.13
 */
export const listUsers = operation({
  name: 'ListUsers',
  access: 'admin',
  request: z.object({
    UserPoolId: poolId,
    AttributesToGet: z.array(attributeName).optional(),
    Limit: limit.optional(),
    PaginationToken: pageToken.optional(),
    Filter: z.string().max(256).optional(),
  }),
  errors: [],
  async run(request, { environment }) {
    const { UserPoolId, AttributesToGet, Filter = '' } = request
    const filter = parseUserFilter(Filter)
    const { value: pool } = await environment.store.transact(
      (transaction) => readPool(transaction, UserPoolId),
      { intent: 'read' },
    )
    checkNames(pool, AttributesToGet ?? [])
    const page: PageRequest = {
      list: ['ListUsers', UserPoolId, Filter, AttributesToGet],
      limit: request.Limit,
      token: request.PaginationToken,
      nowSeconds: environment.nowSeconds(),
    }
    const { users, nextToken } = await search(environment, pool, { page, filter })
    return {
      Users: users.map((user) => describeUser(user, AttributesToGet)),
      PaginationToken: nextToken,
    }
  },
})

/** Unverified: the text. */
function checkNames(pool: UserPool, names: readonly string[]): void {
  const known = new Set(pool.schema.map(({ Name }) => Name))
  if (names.some((name) => !known.has(name))) {
    throw refusal(
      'InvalidParameterException',
      'other',
      'One or more requested attributes do not exist.',
    )
  }
}

interface Search {
  readonly page: PageRequest
  readonly filter: UserFilter | undefined
}

interface Found {
  readonly users: readonly User[]
  readonly nextToken: string | undefined
}

async function search(environment: Environment, pool: UserPool, asked: Search): Promise<Found> {
  const { page, filter } = asked
  const size = page.limit || pageSizeMax
  let [from, to] = rangeFrom(page, usersRange(pool.id))
  if (filter !== undefined && namesOneUser(filter)) {
    const { value: user } = await environment.store.transact(
      (transaction) => readNamed(transaction, pool, filter),
      { intent: 'read' },
    )
    const users = user !== undefined && matchesFilter(filter, user) ? [user] : []
    return { users, nextToken: undefined }
  }
  const users: User[] = []
  for (;;) {
    const range = { from, to, wanted: size - users.length }
    const { value: step } = await environment.store.transact(
      (transaction) => readStep(transaction, range, filter),
      { intent: 'read' },
    )
    users.push(...step.users)
    if (step.lastKey === undefined) return { users, nextToken: undefined }
    if (users.length === size) return { users, nextToken: tokenAfter(page, step.lastKey) }
    from = Buffer.concat([step.lastKey, Buffer.of(0)])
  }
}

function namesOneUser({ name, operator }: UserFilter): boolean {
  return operator === '=' && (name === 'username' || name === 'sub')
}

function readNamed(
  transaction: Transaction,
  pool: UserPool,
  { name, value }: UserFilter,
): User | undefined {
  return name === 'sub'
    ? findUserBySub(transaction, pool, value)
    : readUser(transaction, pool, value)
}

/** The next users that match; `lastKey` is undefined if there are no more to look at. */
function readStep(
  transaction: Transaction,
  {
    from,
    to,
    wanted,
  }: { readonly from: Uint8Array; readonly to: Uint8Array; readonly wanted: number },
  filter: UserFilter | undefined,
): { readonly users: readonly User[]; readonly lastKey: Buffer | undefined } {
  const users: User[] = []
  let looked = 0
  let lastKey: Buffer | undefined
  const expected = filter === undefined ? wanted + 1 : usersPerStep + 1
  for (const { key, value } of transaction.range(from, to, { expected })) {
    // There is one more: so what was read so far is not the end.
    if (users.length === wanted || looked === usersPerStep) return { users, lastKey }
    looked += 1
    const user = decode<User>(value)
    if (filter === undefined || matchesFilter(filter, user)) users.push(user)
    lastKey = Buffer.from(key)
  }
  return { users, lastKey: undefined }
}
