import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { invalidArgument } from '../errors.ts'
import type { Position } from '../position.ts'
import { boundOf } from '../sets/cursor.ts'
import { eventCursor } from '../sets/event-cursor.ts'
import { historyKindOf } from '../sets/history.ts'
import { checkReadable, entriesOf } from '../sets/read-set.ts'
import { isHistorical, shapeOf } from '../sets/shape.ts'
import { ObjectValue } from '../values/object.ts'
import { PageValue, SourcedValue } from '../values/page.ts'
import { cursorOf, elementOf, type SetBound, type SetEntry, SetValue } from '../values/set.ts'
import { isArray, type Value } from '../values/value.ts'
import { readingAt, validTime } from './reads.ts'

/** Page size when none is given, and the largest (fql-v4 §1.12). */
export const pageSizeDefault = 64
export const pageSizeMax = 100_000

/**
 * Paginate(set): a page of a set's elements with the cursors of its neighbours.
 *
 * `after` is inclusive, `before` exclusive; the data is in set order either way.
 *
 * @throws `permission denied` at `paginate`; cursor errors at the cursor's key
 * @see fql-v4 §6
 */
export const paginate = define({
  args: {
    paginate: cast.identifierAsSet,
    after: cast.optional(cast.any),
    before: cast.optional(cast.any),
    cursor: cast.optional(cast.any),
    ts: cast.optional(cast.transactionTimestamp),
    size: cast.optional(cast.integer),
    events: cast.optional(cast.boolean),
    sources: cast.optional(cast.boolean),
  },
  effect: 'read',
  exclusive: ['after', 'before', 'cursor'],
  evaluate: (args, { position, context }) => {
    const given = args.paginate
    const set = args.events === true && !isHistorical(given) ? eventsOf(given) : given
    const at = readingAt(context, validTime(args.ts, context))
    const place = position.at('paginate')
    checkReadable(set, at, place)
    const asked = cursorArgument(args, position)
    const cursor = asked && { direction: asked.direction, ...cursorIn(set, asked, at) }
    const size = Math.min(Number(args.size ?? pageSizeDefault), pageSizeMax)
    return readPage(set, { cursor, size, sources: args.sources === true }, at, place)
  },
})

const eventsOf = (source: SetValue) => new SetValue({ form: 'events', source })

/** A cursor as it is understood: its place, and how the page shows it again. */
interface Cursor {
  readonly bound: SetBound
  readonly echo: Value
}

function cursorIn(set: SetValue, { value, position }: CursorArgument, context: Context): Cursor {
  if (isHistorical(set)) {
    const { place, echo } = eventCursor(value, historyKindOf(set), position, context)
    return { bound: { values: [], side: 'before', event: place }, echo }
  }
  const bound = boundOf(value, shapeOf(set, context), position)
  return { bound, echo: isArray(value) ? value : [value] }
}

interface CursorArgument {
  readonly direction: 'after' | 'before'
  readonly value: Value
  readonly position: Position
}

/** The cursor among `after`, `before` and `cursor`, if one is given. */
function cursorArgument(
  args: { readonly [K in 'after' | 'before' | 'cursor']: Value | undefined },
  position: Position,
): CursorArgument | undefined {
  for (const direction of ['after', 'before'] as const) {
    const value = args[direction]
    if (value !== undefined) return { direction, value, position: position.at(direction) }
  }
  const { cursor } = args
  if (cursor === undefined || cursor === null) return undefined
  const place = position.at('cursor')
  const direction = cursor instanceof ObjectValue && cursor.keys.length === 1 && cursor.keys[0]
  if (direction !== 'after' && direction !== 'before') {
    throw invalidArgument(
      "Invalid cursor object. Expected an object with either 'before' or 'after' key in it.",
      place,
    )
  }
  const value = (cursor as ObjectValue).values[0] as Value
  return { direction, value, position: place.at(direction) }
}

function readPage(
  set: SetValue,
  page: {
    readonly cursor: (Cursor & Pick<CursorArgument, 'direction'>) | undefined
    readonly size: number
    readonly sources: boolean
  },
  context: Context,
  position: Position,
): PageValue {
  const { cursor, size } = page
  const echoed = cursor?.echo
  const isBackward = cursor?.direction === 'before'
  if (size <= 0) {
    const isZero = size === 0
    return new PageValue({
      data: [],
      before: isZero || !isBackward ? echoed : undefined,
      after: isZero || isBackward ? echoed : undefined,
      cursors: [],
    })
  }
  const entries: SetEntry[] = []
  const read = entriesOf(set, context, position, {
    ...(isBackward ? { from: cursor?.bound, reverse: true } : { from: cursor?.bound }),
    expected: size + 1,
  })
  for (const entry of read) {
    entries.push(entry)
    if (entries.length > size) break
  }
  const beyond = entries.length > size ? entries.pop() : undefined
  if (isBackward) entries.reverse()
  const first = entries[0]
  const element = (entry: SetEntry): Value =>
    page.sources ? new SourcedValue(elementOf(entry), entry.sources ?? [set]) : elementOf(entry)
  return new PageValue({
    data: entries.map(element),
    before: isBackward ? beyond && first && cursorOf(first) : echoed,
    after: isBackward ? echoed : beyond && cursorOf(beyond),
    cursors: () => entries.map(cursorOf),
  })
}
