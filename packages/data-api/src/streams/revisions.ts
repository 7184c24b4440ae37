/**
 * What sets tell of a past that is rewritten (data-model §10.2). An entry's coming and going are the events of
 * its set; a rewrite takes some out of the history and puts others into it. Streams tell those that are not
 * there any more, and then those that are there now, each as what it was: so does the reference.
 */
import type { Ref } from '@vivarium/fql'
import type { HistoryRevision, HistoryStep } from '../model/changes.ts'
import type { DatabaseView } from '../model/database-view.ts'
import { type EntryChange, entryChanges } from '../model/entry-changes.ts'
import type { Index } from '../model/schema.ts'
import type { SetEvent } from './events.ts'

/** An entry's part in a revision, and when it came or went. */
export interface RevisedEntry {
  readonly entry: EntryChange
  readonly micros: bigint
}

/** What a revision changes of the history of an index. */
export function revisedEntries(
  view: DatabaseView,
  index: Index,
  { ref, old, now }: HistoryRevision,
): readonly RevisedEntry[] {
  const events = (steps: readonly HistoryStep[]) =>
    new Map(
      steps.flatMap(({ micros, before, after }) =>
        entryChanges(view, index, ref, { before, after, hadExpired: false }).map((entry) => {
          const name = [micros, entry.action, entry.set, view.storedForm(entry.values)].join(' ')
          return [name, { entry, micros }] as const
        }),
      ),
    )
  return changed(events(old), events(now))
}

/** What a revision changes of the history of a collection's documents. */
export function revisedDocuments({ ref, old, now }: HistoryRevision): readonly SetEvent[] {
  const events = (steps: readonly HistoryStep[]) =>
    new Map(
      steps.flatMap((step) => {
        const event = documentEvent(ref, step)
        return event === undefined ? [] : [[`${event.micros} ${event.action}`, event] as const]
      }),
    )
  return changed(events(old), events(now))
}

function documentEvent(ref: Ref, { micros, before, after }: HistoryStep): SetEvent | undefined {
  if ((before === undefined) === (after === undefined)) return undefined
  const action = after === undefined ? 'remove' : 'add'
  return { type: 'set', action, ref, micros, entry: undefined }
}

/** What is in one only: of the first, and then of the second. */
function changed<T>(old: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>): readonly T[] {
  const without = (these: ReadonlyMap<string, T>, those: ReadonlyMap<string, T>) =>
    [...these].filter(([name]) => !those.has(name)).map(([, event]) => event)
  return [...without(old, now), ...without(now, old)]
}
