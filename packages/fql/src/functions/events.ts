/** The history of documents and sets, and writing it (fql-v4 §4.14, §5.6). */
import * as cast from '../casts.ts'
import { define } from '../define.ts'
import { withoutHistory } from '../sets/history.ts'
import { isHistorical } from '../sets/shape.ts'
import { ObjectValue } from '../values/object.ts'
import { SetValue } from '../values/set.ts'
import { checkScope } from './writes.ts'

/**
 * Events(ref or set): what happened to a document, or to the entries of a set.
 *
 * @throws `Set does not support events history.` for a set of events
 * @see fql-v4 §5.6
 */
export const events = define({
  args: { events: cast.identifierAsSet },
  effect: 'pure',
  evaluate: ({ events: source }, { position }) => {
    if (isHistorical(source)) throw withoutHistory(position)
    return new SetValue({ form: 'events', source })
  },
})

/**
 * Insert(ref, ts, action, params): writes a version into a document's history; the event.
 *
 * @throws at the form: a ref whose history cannot be written, `permission denied`, `invalid write time`,
 * `validation failed`
 * @see fql-v4 §4.14, data-model §4.4
 */
export const insert = define({
  args: {
    insert: cast.ref,
    ts: cast.timestamp,
    action: cast.writtenAction,
    params: cast.optional(cast.object),
  },
  effect: 'write',
  evaluate: ({ insert: ref, ts, action, params }, { position, context }) => {
    checkScope(ref, context, position.at('insert'))
    const version = { ts, action, params: params ?? ObjectValue.empty }
    return context.documents.insert(ref, version, position)
  },
})

/**
 * Remove(ref, ts, action): takes a version out of a document's history; null, also if there is none.
 *
 * @throws at the form: a ref whose history cannot be written, `permission denied`
 * @see fql-v4 §4.14, data-model §4.4
 */
export const removeEvent = define({
  args: { remove: cast.ref, ts: cast.timestamp, action: cast.writtenAction },
  effect: 'write',
  evaluate: ({ remove: ref, ts, action }, { position, context }) => {
    checkScope(ref, context, position.at('remove'))
    context.documents.remove(ref, { ts, action }, position)
    return null
  },
})
