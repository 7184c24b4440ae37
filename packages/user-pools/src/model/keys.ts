/**
 * The layout of every key of the user pools.
 *
 * ```
 * F1 'p' pool                      a user pool
 * F1 's' pool                      its signing keys and its secret
 * F1 'd' pool                      a deleted pool whose contents are not all gone yet
 * F1 'c' client                    an app client, by its id alone: public requests name no pool
 * F1 'l' pool client               the clients of a pool
 * F1 'u' pool username             a user, by the folded canonical name
 * F1 'i' pool sub                  the canonical name of a `sub`
 * F1 'a' pool attribute SHA-256    an alias: the folded canonical name of the user who owns it
 * F1 'r' pool session              a sign-in: the refresh tokens that descend from it
 * F1 't' pool ticket               a challenge that was answered, until it would have expired anyway
 * F1 'o' pool sub purpose attribute    a code that is outstanding
 * F1 'q' pool subject              failed sign-ins and counted attempts of a user
 * F1 'g' pool group                a group
 * F1 'm' pool sub group            a user's membership
 * F1 'n' pool group sub            the same, from the group's side
 * F1 'h' pool group                a deleted group whose memberships are not all gone yet
 * F1 'v' pool identifier           a resource server
 * F1 'w'                           when the next sweep is due
 * ```
 *
 * Each part is UTF-8 and ends with a zero byte, which none contains: requests with control characters
 * are refused before they come here. So all of one pool and kind lie together, in the order of names.
 */
import { createHash } from 'node:crypto'

const space = 0xf1

const kinds = {
  pool: 'p',
  secrets: 's',
  deleted: 'd',
  client: 'c',
  clientOfPool: 'l',
  user: 'u',
  sub: 'i',
  alias: 'a',
  session: 'r',
  ticket: 't',
  code: 'o',
  attempts: 'q',
  group: 'g',
  membership: 'm',
  member: 'n',
  deletedGroup: 'h',
  resourceServer: 'v',
  sweep: 'w',
} as const

type Kind = keyof typeof kinds

/** Where a key ends that nothing of its prefix reaches. */
export type KeyRange = readonly [from: Uint8Array, to: Uint8Array]

function key(kind: Kind, ...parts: readonly string[]): Buffer {
  const text = Buffer.from(`.${kinds[kind]}${parts.join('\0')}${parts.length > 0 ? '\0' : ''}`)
  text[0] = space
  return text
}

function rangeOf(kind: Kind, ...parts: readonly string[]): KeyRange {
  const from = key(kind, ...parts)
  const to = Buffer.from(from)
  // The last byte is a zero or a letter, so adding one carries nowhere.
  to[to.length - 1] = (to[to.length - 1] ?? 0) + 1
  return [from, to]
}

/** The parts of a key after its kind. */
export function partsOf(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes).subarray(2, -1).toString().split('\0')
}

export const poolKey = (poolId: string) => key('pool', poolId)
export const poolsRange = () => rangeOf('pool')
export const secretsKey = (poolId: string) => key('secrets', poolId)
export const deletedKey = (poolId: string) => key('deleted', poolId)
export const deletedRange = () => rangeOf('deleted')

export const clientKey = (clientId: string) => key('client', clientId)
export const clientOfPoolKey = (poolId: string, clientId: string) =>
  key('clientOfPool', poolId, clientId)
export const clientsOfPoolRange = (poolId: string) => rangeOf('clientOfPool', poolId)

/** @param name folded: see `fold` */
export const userKey = (poolId: string, name: string) => key('user', poolId, name)
export const usersRange = (poolId: string) => rangeOf('user', poolId)
export const subKey = (poolId: string, sub: string) => key('sub', poolId, sub)

/** Attribute values are longer than keys may be, and are only compared for equality: so their hash. */
export const aliasKey = (poolId: string, attribute: string, foldedValue: string) =>
  key('alias', poolId, attribute, createHash('sha256').update(foldedValue).digest('base64'))

export const sessionKey = (poolId: string, sessionId: string) => key('session', poolId, sessionId)
export const sessionsRange = (poolId: string) => rangeOf('session', poolId)
export const ticketKey = (poolId: string, ticketId: string) => key('ticket', poolId, ticketId)
export const ticketsRange = (poolId: string) => rangeOf('ticket', poolId)
export const attemptsKey = (poolId: string, subject: string) => key('attempts', poolId, subject)
export const attemptsRange = (poolId: string) => rangeOf('attempts', poolId)

export const codeKey = (poolId: string, sub: string, purpose: string, attribute: string) =>
  key('code', poolId, sub, purpose, attribute)
export const codesRange = (poolId: string, sub: string) => rangeOf('code', poolId, sub)
export const codesOfPoolRange = (poolId: string) => rangeOf('code', poolId)

export const groupKey = (poolId: string, group: string) => key('group', poolId, group)
export const groupsRange = (poolId: string) => rangeOf('group', poolId)
export const membershipKey = (poolId: string, sub: string, group: string) =>
  key('membership', poolId, sub, group)
export const membershipsRange = (poolId: string, sub: string) => rangeOf('membership', poolId, sub)
export const memberKey = (poolId: string, group: string, sub: string) =>
  key('member', poolId, group, sub)
export const membersRange = (poolId: string, group: string) => rangeOf('member', poolId, group)
export const deletedGroupKey = (poolId: string, group: string) => key('deletedGroup', poolId, group)
export const deletedGroupsRange = () => rangeOf('deletedGroup')

export const resourceServerKey = (poolId: string, identifier: string) =>
  key('resourceServer', poolId, identifier)
export const resourceServersRange = (poolId: string) => rangeOf('resourceServer', poolId)

export const sweepKey = () => key('sweep')

/** Everything a pool leaves behind when its own document and its clients are gone. */
export function contentsRanges(poolId: string): readonly KeyRange[] {
  const kindsWithin: readonly Kind[] = [
    'user',
    'sub',
    'alias',
    'session',
    'ticket',
    'code',
    'attempts',
    'group',
    'membership',
    'member',
    'deletedGroup',
    'resourceServer',
  ]
  return kindsWithin.map((kind) => rangeOf(kind, poolId))
}
