/**
 * A tiny read-only database for tests: two collections, some indexes, a function. It allows every read
 * and refuses every write.
 */
import type {
  BaseSet,
  Documents,
  EntriesOptions,
  EventEntry,
  EventsOptions,
  SetBound,
  SetEntry,
} from '../index.ts'
import {
  DocumentValue,
  instanceNotFound,
  isCollectionRef,
  nativeCollections,
  ObjectValue,
  orderKey,
  permissionDenied,
  Ref,
  Time,
  type Value,
} from '../index.ts'

const root = 0n
const spellsId = 1024
const petsId = 1025
const forbiddenId = 32_999n
const listingIdMin = 40_000
const indexRef = (id: number) => new Ref(root, nativeCollections.indexes, BigInt(id))

/** What `Now()` gives: 2020-01-02T03:04:05.678901Z. */
export const nowMicros = 1_577_934_245_678_901n

/** Name, element and power of each spell, in the order of their ids from 1. */
const spells: readonly (readonly [string, string, number])[] = [
  ['Fire Beak', 'fire', 10],
  ['Water Fang', 'water', 20],
  ["Hippo's Wallow", 'water', 20],
  ['Air Horn', 'air', 5],
  ['Fire Wall', 'fire', 30],
]

/** An index by its entries: values and the id of a spell, in any order. */
export interface Listing {
  readonly reversed: readonly boolean[]
  readonly entries: readonly (readonly [values: readonly Value[], id: number])[]
}

interface Index {
  readonly id: bigint
  readonly term?: string
  readonly values: readonly string[]
  readonly reversed: readonly boolean[]
}

const indexes: Readonly<Record<string, Index>> = {
  all_spells: { id: 32_768n, values: [], reversed: [] },
  spells_by_element: { id: 32_769n, term: 'element', values: [], reversed: [] },
  spells_by_power: { id: 32_770n, values: ['power'], reversed: [false] },
  spells_by_power_desc: { id: 32_771n, values: ['power'], reversed: [true] },
  spells_by_element_with_power: {
    id: 32_772n,
    term: 'element',
    values: ['power'],
    reversed: [false],
  },
  spells_by_element_and_power: {
    id: 32_773n,
    values: ['element', 'power'],
    reversed: [false, false],
  },
  forbidden: { id: forbiddenId, values: [], reversed: [] },
}

/** The ref of the spell with this id. */
export const spell = (id: number) => new Ref(root, spellsId, BigInt(id))

function documentOf(id: number): DocumentValue | undefined {
  const known = spells[id - 1]
  if (known === undefined) return undefined
  const [name, element, power] = known
  const data = ObjectValue.of(Object.entries({ name, element, power }))
  return new DocumentValue(spell(id), 1_000_000 + id, ObjectValue.of([['data', data]]))
}

const names: Readonly<Partial<Record<string, Readonly<Record<string, bigint>>>>> = {
  collections: { spells: BigInt(spellsId), pets: BigInt(petsId) },
  indexes: Object.fromEntries(Object.entries(indexes).map(([name, { id }]) => [name, id])),
  functions: { double: 1n },
  databases: { child: 7n },
}

const indexOf = (ref: Ref) => Object.values(indexes).find(({ id }) => id === ref.id)

function entriesIn(set: BaseSet): SetEntry[] {
  const fieldOf = (document: DocumentValue, field: string) =>
    (document.fields.get('data') as ObjectValue).get(field) ?? null
  const all = spells.map((_, i) => documentOf(i + 1)).filter((one) => one !== undefined)
  if (set.form === 'documents') {
    return set.collection.id === BigInt(spellsId) ? all.map(({ ref }) => ({ values: [], ref })) : []
  }
  if (set.form === 'document' || set.form === 'singleton') return [{ values: [], ref: set.ref }]
  if (set.form === 'schema') {
    const ids = Object.values(names[nameOfNative(set.collection.id)] ?? {})
    return ids.map((id) => ({ values: [], ref: new Ref(root, Number(set.collection.id), id) }))
  }
  const index = indexOf(set.index)
  if (index === undefined) return []
  const matching = all.filter((one) => {
    const terms = index.term === undefined ? [] : [fieldOf(one, index.term)]
    return terms.length === set.terms.length && terms.every((term, i) => term === set.terms[i])
  })
  return matching.map((one) => ({
    values: index.values.map((field) => fieldOf(one, field)),
    ref: one.ref,
  }))
}

const nameOfNative = (id: bigint) =>
  Object.entries(nativeCollections).find(([, native]) => BigInt(native) === id)?.[0] ?? ''

function shapeOf(set: BaseSet) {
  return { reversed: set.form === 'match' ? (indexOf(set.index)?.reversed ?? []) : [] }
}

/** The entries between two bounds, by the bytes of their keys. */
function* between(
  all: readonly SetEntry[],
  reversed: readonly boolean[],
  { from, to, reverse }: EntriesOptions,
): Iterable<SetEntry> {
  const keyOf = ({ values, ref }: SetEntry) => Buffer.from(orderKey([...values, ref], reversed))
  const placeOf = ({ values, ref, side }: SetBound) => {
    const prefix = orderKey(ref === undefined ? values : [...values, ref], reversed)
    return Buffer.concat([prefix, Buffer.from(side === 'after' ? [0xff] : [])])
  }
  const sorted = all
    .map((entry) => ({ entry, key: keyOf(entry) }))
    .sort((a, b) => Buffer.compare(a.key, b.key))
  const [low, high] = reverse ? [to, from] : [from, to]
  const within = sorted.filter(
    ({ key }) =>
      (low === undefined || Buffer.compare(placeOf(low), key) <= 0) &&
      (high === undefined || Buffer.compare(key, placeOf(high)) < 0),
  )
  for (const { entry } of reverse ? within.reverse() : within) yield entry
}

/** The spells were added one after another, each at the microsecond of its version; nothing else was. */
function* listedEvents(set: BaseSet, { from, to, reverse }: EventsOptions): Iterable<EventEntry> {
  const of = set.form === 'document' ? 'document' : 'set'
  const all = entriesIn(set)
    .map(({ values, ref }): EventEntry => {
      const micros = 1_000_000n + ref.id
      const event = { of, micros } as const
      return of === 'document'
        ? { values, ref, event: { ...event, action: 'create', data: null } }
        : { values, ref, event: { ...event, action: 'add' } }
    })
    .sort((a, b) => Number(a.event.micros - b.event.micros))
  for (const entry of reverse ? all.reverse() : all) {
    const { micros } = entry.event
    if ((from === undefined || from <= micros) && (to === undefined || micros <= to)) yield entry
  }
}

function refused(): never {
  throw new Error('the library of the tests is read-only')
}

/** The library as its only caller sees it, with more indexes if need be. */
export function library(listings: Readonly<Record<string, Listing>> = {}): Documents {
  const listed = Object.values(listings)
  const listingOf = (set: BaseSet) =>
    set.form === 'match' ? listed[Number(set.index.id) - listingIdMin] : undefined
  const listedName = (ref: Ref) => Object.keys(listings)[Number(ref.id) - listingIdMin]
  const describe: Documents['describe'] = (ref) => {
    const databases = ref.database === root ? [] : ['child']
    const own = nameOfNative(BigInt(ref.collection))
    if (isCollectionRef(ref) && ref.id < 1024n) {
      return { id: nameOfNative(ref.id), collection: undefined, databases }
    }
    const known = Object.entries(names[own] ?? {}).find(([, id]) => id === ref.id)
    if (own !== '') {
      const collection = { name: own, isNative: true }
      return { id: known?.[0] ?? listedName(ref) ?? String(ref.id), collection, databases }
    }
    const name = Object.entries(names.collections ?? {}).find(
      ([, id]) => id === BigInt(ref.collection),
    )?.[0]
    if (name === undefined) return undefined
    return { id: String(ref.id), collection: { name, isNative: false }, databases }
  }
  return {
    database: root,
    now: Time.fromMicros(nowMicros),
    transactionMicros: nowMicros,
    all: (count, branch) => Array.from({ length: count }, (_, i) => branch(i)),
    resolve: (native, name, database) => {
      const at = Object.keys(listings).indexOf(name)
      if (native === 'indexes' && at >= 0) return indexRef(listingIdMin + at)
      const id = database === root || native === 'collections' ? names[native]?.[name] : undefined
      return id === undefined ? undefined : new Ref(database, nativeCollections[native], id)
    },
    databaseOf: (ref) => (ref.collection === nativeCollections.databases ? ref.id : undefined),
    describe,
    self: () => undefined,
    get: (ref, _at, position) => {
      const found = ref.collection === spellsId ? documentOf(Number(ref.id)) : undefined
      if (found === undefined) throw instanceNotFound('Document', position)
      return found
    },
    exists: (ref) => ref.collection === spellsId && documentOf(Number(ref.id)) !== undefined,
    checkSet: (set, position) => {
      if (set.form === 'match' && set.index.id === forbiddenId) throw permissionDenied(position)
    },
    entries: (set, options) => {
      const listing = listingOf(set)
      if (listing === undefined) return between(entriesIn(set), shapeOf(set).reversed, options)
      const all = listing.entries.map(([values, id]) => ({ values, ref: spell(id) }))
      return between(all, listing.reversed, options)
    },
    shape: (set) => ({ reversed: (listingOf(set) ?? shapeOf(set)).reversed }),
    events: (set, options) => listedEvents(set, options),
    checkIndex: () => {},
    newId: () => 1n,
    create: refused,
    update: refused,
    replace: refused,
    delete: refused,
    insert: refused,
    remove: refused,
    moveDatabase: refused,
    resolveFunction: refused,
    identity: undefined as Value | undefined,
    token: undefined as Value | undefined,
    login: refused,
    identify: refused,
    logout: refused,
    keyFromSecret: refused,
  }
}
