/** What streams find out inside transactions: which events there are, and what may be told to whom. */
import type { DatabaseId } from '@vivarium/fql'
import { authenticate } from '../model/authenticate.ts'
import type { Caller } from '../model/caller.ts'
import { DatabaseView } from '../model/database-view.ts'
import type { UnitOfWork } from '../model/unit-of-work.ts'
import type { Commit } from './change-feed.ts'
import { type Hold, holdOf } from './hold.ts'
import { maySee } from './may-see.ts'
import { eventLine, formatName } from './render-event.ts'
import type { Session } from './sessions.ts'
import type { Group, TopicEvent, Topics } from './topics.ts'

/** A line for the streams of one group. */
export interface Told {
  readonly group: Group
  readonly committed: bigint
  readonly line: Uint8Array
}

/** What a look at some sessions has found. */
export interface Look {
  readonly told: readonly Told[]
  /** The sessions whose credentials hold no longer. */
  readonly lost: readonly Session[]
  /** The others, and when they expire. */
  readonly held: readonly { readonly session: Session; readonly expires: bigint | undefined }[]
}

/** The events that a commit has brought, and the streams that follow them. */
export function eventsOf(
  unit: UnitOfWork,
  topics: Topics,
  { timestamp, changes }: Commit,
): readonly TopicEvent[] {
  const views = new Map<DatabaseId, DatabaseView>()
  return changes.flatMap((change) => {
    const { database } = change.ref
    const view = views.get(database) ?? new DatabaseView(unit, observerOf(database))
    views.set(database, view)
    return topics.eventsOf(view, change, timestamp)
  })
}

/** Who finds out what there is to tell: nobody in particular, so that nothing depends on it. */
function observerOf(database: DatabaseId): Caller {
  return {
    database,
    permissions: { kind: 'predicate' },
    identity: undefined,
    token: undefined,
    credential: undefined,
    predicateIdentity: undefined,
    isRoot: false,
  }
}

/** The caller of a session, as this transaction sees it; undefined if its credentials hold no longer. */
export function verify(
  unit: UnitOfWork,
  { secret, proofs, fingerprint }: Pick<Session, 'secret' | 'proofs' | 'fingerprint'>,
  rootSecrets: readonly string[],
): { readonly caller: Caller; readonly hold: Hold } | undefined {
  const authenticated = authenticate(unit, secret, rootSecrets, proofs)
  if (!authenticated?.isLive()) return undefined
  const { caller } = authenticated
  const hold = holdOf(unit, caller)
  return hold.fingerprint === fingerprint ? { caller, hold } : undefined
}

/** Looks whether the credentials of sessions still hold, and which of the events may be told to each. */
export function lookAt(
  unit: UnitOfWork,
  events: readonly TopicEvent[],
  sessions: readonly Session[],
  rootSecrets: readonly string[],
): Look {
  const verified = unit.transaction.all(sessions.length, (i) => {
    const session = sessions[i]
    return session && verify(unit, session, rootSecrets)
  })
  const views = new Map<Session, DatabaseView>()
  const lost: Session[] = []
  const held: Look['held'][number][] = []
  sessions.forEach((session, i) => {
    const found = verified[i]
    if (found === undefined) {
      lost.push(session)
    } else {
      views.set(session, new DatabaseView(unit, found.caller))
      held.push({ session, expires: found.hold.expires })
    }
  })
  return { told: events.flatMap((event) => toldOf(unit, event, views)), lost, held }
}

/** The lines of one event, for the sessions that may see it. */
function toldOf(
  unit: UnitOfWork,
  { committed, event, groups }: TopicEvent,
  views: ReadonlyMap<Session, DatabaseView>,
): readonly Told[] {
  const asked = groups.flatMap((group) => {
    const view = views.get(group.session)
    return view === undefined ? [] : [{ group, view }]
  })
  const seen = unit.transaction.all(asked.length, (i) => {
    const one = asked[i]
    return one !== undefined && maySee(one.view, event)
  })
  const lines = new Map<string, Buffer>()
  return asked.flatMap(({ group }, i) => {
    if (!seen[i]) return []
    const name = formatName(group.format)
    const line = lines.get(name) ?? eventLine(unit, event, committed, group.format)
    lines.set(name, line)
    return [{ group, committed, line }]
  })
}
