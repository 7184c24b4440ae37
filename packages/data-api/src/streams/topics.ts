/**
 * Who follows what. Streams are found by what a change touches, never by looking at each: a document by its
 * ref, a collection's documents by the collection, an index's set by the index and the terms of an entry.
 */
import type { Ref } from '@vivarium/fql'
import { collectionOf } from '../model/authorization.ts'
import { type Change, refName } from '../model/changes.ts'
import type { DatabaseView } from '../model/database-view.ts'
import { entryChanges } from '../model/entry-changes.ts'
import type { Index } from '../model/schema.ts'
import {
  documentsEvent,
  entryEvent,
  liveAfter,
  liveBefore,
  rewriteEvent,
  type StreamEvent,
  versionEvent,
} from './events.ts'
import { type EventFormat, formatName } from './render-event.ts'
import { revisedDocuments, revisedEntries } from './revisions.ts'
import type { Session } from './sessions.ts'
import type { Subscriber } from './subscriber.ts'
import { concerns, type StreamTarget } from './target.ts'

/** The streams of one target that share rights and format, and so every line. */
export interface Group {
  readonly session: Session
  readonly format: EventFormat
  readonly subscribers: Set<Subscriber>
}

/** The streams of one target. */
interface Topic {
  readonly target: StreamTarget
  readonly groups: Map<string, Group>
}

/** An event, when it was committed, and whom it may be told. */
export interface TopicEvent {
  readonly committed: bigint
  readonly event: StreamEvent
  readonly groups: readonly Group[]
}

/** The open streams of a process, by what they follow. */
export class Topics {
  /** Of documents, and of the documents of collections. */
  readonly #named = new Map<string, Topic>()
  readonly #indexes = new Map<
    string,
    { readonly index: Index; readonly sets: Map<string, Topic> }
  >()

  /** Adds a stream. @returns what takes it out again */
  join(
    target: StreamTarget,
    session: Session,
    format: EventFormat,
    subscriber: Subscriber,
  ): () => void {
    const topics = target.kind === 'match' ? this.#setsOf(target.index) : this.#named
    const topic = topics.get(target.name) ?? { target, groups: new Map<string, Group>() }
    topics.set(target.name, topic)
    const name = `${session.secret} ${session.fingerprint} ${formatName(format)}`
    const group = topic.groups.get(name) ?? { session, format, subscribers: new Set() }
    topic.groups.set(name, group)
    group.subscribers.add(subscriber)
    return () => {
      group.subscribers.delete(subscriber)
      if (group.subscribers.size > 0 || topic.groups.get(name) !== group) return
      topic.groups.delete(name)
      if (topic.groups.size > 0) return
      topics.delete(target.name)
      if (target.kind === 'match' && topics.size === 0) {
        this.#indexes.delete(refName(target.index.ref))
      }
    }
  }

  #setsOf(index: Index): Map<string, Topic> {
    const name = refName(index.ref)
    const known = this.#indexes.get(name) ?? { index, sets: new Map<string, Topic>() }
    this.#indexes.set(name, known)
    return known.sets
  }

  /** Whether anybody may want to be told of a change. */
  concernedBy(change: Change): boolean {
    const { ref } = change
    return (
      this.#named.has(refName(ref)) ||
      this.#named.has(refName(collectionOf(ref))) ||
      [...this.#indexes.values()].some(({ index }) => concerns(index, change))
    )
  }

  /**
   * The events of a change, in their order.
   *
   * @param view the database of the change, by rights of its own
   */
  eventsOf(view: DatabaseView, change: Change, committed: bigint): readonly TopicEvent[] {
    const { ref } = change
    const told = (topic: Topic | undefined, event: StreamEvent | undefined): TopicEvent[] =>
      topic === undefined || event === undefined
        ? []
        : [{ committed, event, groups: [...topic.groups.values()] }]
    const document = this.#named.get(refName(ref))
    if (change.kind === 'rewrite') return told(document, rewriteEvent(change))
    if (change.kind === 'revision') {
      const documents = this.#named.get(refName(collectionOf(ref)))
      return [
        ...revisedDocuments(change).flatMap((event) => told(documents, event)),
        ...this.#followedIndexes(view, ref).flatMap(([index, sets]) =>
          revisedEntries(view, index, change).flatMap(({ entry, micros }) => {
            const topic = sets.get(entry.set)
            const terms = topic?.target.kind === 'match' ? topic.target.terms : []
            return told(topic, entryEvent(ref, micros, { index, terms }, entry))
          }),
        ),
      ]
    }
    return [
      ...told(document, versionEvent(change, committed)),
      ...told(this.#named.get(refName(collectionOf(ref))), documentsEvent(change, committed)),
      ...this.#followedIndexes(view, ref).flatMap(([index, sets]) => {
        const after = liveAfter(change, committed)
        const hadExpired = liveBefore(change, committed) === undefined
        const versions = { before: change.before, after, hadExpired }
        return entryChanges(view, index, ref, versions).flatMap((entry) => {
          const topic = sets.get(entry.set)
          const terms = topic?.target.kind === 'match' ? topic.target.terms : []
          return told(topic, entryEvent(ref, committed, { index, terms }, entry))
        })
      }),
    ]
  }

  #followedIndexes(view: DatabaseView, ref: Ref): readonly [Index, ReadonlyMap<string, Topic>][] {
    if (this.#indexes.size === 0) return []
    const indexes = view.unit.schema(ref.database).indexesOf(ref.collection)
    return indexes.flatMap((index): [Index, ReadonlyMap<string, Topic>][] => {
      const sets = this.#indexes.get(refName(index.ref))?.sets
      return sets === undefined ? [] : [[index, sets]]
    })
  }
}
