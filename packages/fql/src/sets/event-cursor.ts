/** Cursors of pages of events (fql-v4 §6.3). */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { expected, invalidArgument } from '../errors.ts'
import type { Position } from '../position.ts'
import { EventValue } from '../values/event.ts'
import { integer } from '../values/numbers.ts'
import { ObjectValue } from '../values/object.ts'
import type { EventPlace } from '../values/set.ts'
import { DateValue, Time } from '../values/time.ts'
import { typeName } from '../values/type-name.ts'
import { Action, isArray, isInteger, type Value } from '../values/value.ts'
import {
  afterAction,
  afterAllEvents,
  beforeEvent,
  beforeInstant,
  endOfTimeMicros,
  type HistoryKind,
} from './event-place.ts'

/** A cursor as it is understood: its place, and how the page shows it again. */
export interface EventCursor {
  readonly place: EventPlace
  readonly echo: Value
}

/**
 * Reads a cursor among the events of a history.
 *
 * @throws `invalid argument` at `position`, or at one of its keys
 */
export function eventCursor(
  cursor: Value,
  kind: HistoryKind,
  position: Position,
  context: Context,
): EventCursor {
  if (cursor === null) {
    return { place: afterAllEvents, echo: timeCursor(endOfTimeMicros, kind) }
  }
  const micros = microsOf(cursor)
  if (micros !== undefined) return { place: beforeInstant(micros), echo: timeCursor(micros, kind) }
  if (cursor instanceof EventValue && cursor.document === undefined) {
    // A cursor that named only a time, as a page shows it again.
    const at = BigInt(typeof cursor.ts === 'object' ? cursor.ts.micros : cursor.ts)
    return { place: at === endOfTimeMicros ? afterAllEvents : beforeInstant(at), echo: cursor }
  }
  const fields = cursor instanceof EventValue ? fieldsOf(cursor) : cursor
  if (fields instanceof ObjectValue) return objectCursor(fields, kind, position, context)
  const types = ['Object', 'Integer', 'Time', 'Date']
  throw invalidArgument(expected(types, typeName(cursor)), position)
}

const microsPerDay = 86_400_000_000n

function microsOf(cursor: Value): bigint | undefined {
  if (isInteger(cursor)) return BigInt(cursor)
  if (cursor instanceof Time) return cursor.toMicros()
  return cursor instanceof DateValue ? BigInt(cursor.epochDay) * microsPerDay : undefined
}

/** A bare cursor shows as the addition that it stands for, without a document. */
function timeCursor(micros: bigint, of: HistoryKind): EventValue {
  return new EventValue({ of, ts: integer(micros), action: new Action('add') })
}

function fieldsOf({ ts, action, document, data }: EventValue): ObjectValue {
  const given: [string, Value | undefined][] = [
    ['ts', typeof ts === 'object' ? ts.toInteger() : ts],
    ['action', action],
    ['document', document],
    ['data', data],
  ]
  return ObjectValue.of(
    given.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  )
}

/** The key of the document and of the values, by all the keys of a cursor in alphabetical order. */
const keySets: Readonly<Record<string, { readonly document?: string; readonly values?: string }>> =
  {
    ts: {},
    'action ts': {},
    'action document ts': { document: 'document' },
    'action data document ts': { document: 'document', values: 'data' },
    'action instance ts': { document: 'instance' },
    'action data instance ts': { document: 'instance', values: 'data' },
    'action resource ts': { document: 'resource' },
    'action resource ts values': { document: 'resource', values: 'values' },
  }

function objectCursor(
  fields: ObjectValue,
  kind: HistoryKind,
  position: Position,
  context: Context,
): EventCursor {
  const keys = keySets[fields.keys.toSorted().join(' ')]
  if (keys === undefined) {
    const why = `Cannot create event cursor with keys ${fields.keys.join(', ')}`
    throw invalidArgument(why, position)
  }
  const ts = cast.integer.convert(fields.get('ts') ?? null, position.at('ts'), context)
  const micros = BigInt(ts)
  const action = fields.has('action')
    ? actionIn(fields.get('action') ?? null, kind, position.at('action'))
    : actionsOf[kind].add
  // The document that stands for all of them belongs to no collection, and does not show.
  if (keys.document === undefined) return { place: afterAction(kind, micros, action), echo: null }
  const at = position.at(keys.document)
  const ref = cast.ref.convert(fields.get(keys.document) ?? null, at, context)
  const data = keys.values === undefined ? undefined : (fields.get(keys.values) ?? null)
  const values = data === undefined ? [] : isArray(data) ? data : [data]
  const shown = { of: kind, ts, action: new Action(action), document: ref }
  return {
    place: beforeEvent(kind, { micros, action }, ref, kind === 'set' ? values : []),
    echo: new EventValue(kind === 'set' && data !== undefined ? { ...shown, data: values } : shown),
  }
}

/** What actions mean in each kind of history: creations are additions, deletions removals. */
const actionsOf = {
  document: {
    add: 'create',
    create: 'create',
    update: 'update',
    remove: 'delete',
    delete: 'delete',
  },
  set: { add: 'add', create: 'add', remove: 'remove', delete: 'remove' },
} as const satisfies Record<HistoryKind, Partial<Record<Action['name'], Action['name']>>>

function actionIn(value: Value, kind: HistoryKind, position: Position): Action['name'] {
  const name = value instanceof Action ? value.name : value
  const known: Readonly<Record<string, Action['name']>> = actionsOf[kind]
  const action = typeof name === 'string' && Object.hasOwn(known, name) ? known[name] : undefined
  if (action === undefined) throw cast.wrongAction(value, position)
  return action
}
