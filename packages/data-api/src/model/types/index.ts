import {
  type Integer,
  isArray,
  isInteger,
  LambdaValue,
  maximumEffect,
  nativeCollections,
  ObjectValue,
  type Ref,
  type ValidationFailure,
  type Value,
} from '@vivarium/fql'
import type { DatabaseView } from '../database-view.ts'
import { boolean, data, fail, field, isCollection, name, required, wrongType } from '../fields.ts'
import { isBuiltAtOnce, startBuild, stopBuild } from '../index-build.ts'
import { mask } from '../patch.ts'
import { checkDestruction } from '../protected.ts'
import { readIndex } from '../schema.ts'
import { nextSequentialId } from './collection.ts'
import { defineType } from './define-type.ts'
import type { Prepared, Write } from './document-type.ts'

const partitionsMax = 8
const termKeys = new Set(['field', 'binding', 'reverse', 'transform', 'mva'])

/**
 * Indexes. What is indexed is fixed when the index is made; its name, data, `unique` and `serialized` may
 * change. The entries of a deleted index are unreachable at once, as no id is given out again; there may be
 * any number of them, so maintenance collects them.
 *
 * @see data-model §1.3
 */
export const indexType = defineType({
  label: 'Index',
  native: 'indexes',
  fields: {
    name,
    source: field('SourceClass', () => true, { isRequired: true }),
    terms: field('Term', isTermList),
    values: field('Term', isTermList),
    unique: boolean,
    serialized: boolean,
    active: boolean,
    partitions: field('Long', isInteger, { check: checkPartitions }),
    data,
  },
  retained: ['name', 'unique'],
  isSchema: true,
  newId: (view) => nextSequentialId(view, 'indexes'),
  prepare: (write) => (write.current === undefined ? prepareNew(write) : prepareChange(write)),
  written: ({ view, ref, action, fields }) => {
    if (action === 'create') startBuild(view, readIndex(ref, fields))
  },
  checkDeletion: ({ unit }, { database }, position) =>
    checkDestruction(unit, database, 'Cannot cause deletion of backing index', position),
  deleted: (view, ref) => stopBuild(view.unit, ref),
})

function isTermList(value: Value): boolean {
  const list = isArray(value) ? value : [value]
  return list.every((one) => one instanceof ObjectValue)
}

function checkPartitions(value: Value, path: readonly string[]): ValidationFailure[] {
  const given = value as Integer
  if (given >= 1 && given <= partitionsMax) return []
  const why = `Value ${given} is not in expected range 1 to ${partitionsMax}.`
  return [fail(path, 'bounds error', why)]
}

const listOf = (value: Value | undefined): readonly Value[] =>
  value === undefined ? [] : isArray(value) ? value : [value]

function prepareNew({ view, ref, fields }: Write): Prepared {
  const masked = normalise(fields)
  const terms = listOf(masked.get('terms'))
  const failures = [
    ...checkSource(masked.get('source')),
    ...[...terms, ...listOf(masked.get('values'))].flatMap(checkTerm),
    ...checkBindings(masked),
  ]
  const isPartitioned = terms.length === 0 || (terms.length === 1 && isClassTerm(terms[0]))
  const partitions = masked.get('unique') === true || !isPartitioned ? 1 : partitionsMax
  let stored = masked
  if (!stored.has('serialized')) stored = stored.with('serialized', true)
  if (!stored.has('partitions')) stored = stored.with('partitions', partitions)
  if (failures.length > 0) return { fields: stored, failures }
  // Who says that it is active is served what there is of it (data-model §5.8).
  const isActive = stored.get('active') === true || isBuiltAtOnce(view, readIndex(ref, stored))
  return { fields: stored.with('active', isActive), failures }
}

function isClassTerm(term: Value | undefined): boolean {
  return term instanceof ObjectValue && term.get('field') === 'class'
}

/** The fields with `class` written `collection`, and terms and values cut to their known keys. */
function normalise(fields: ObjectValue): ObjectValue {
  return ObjectValue.of(
    [...fields.entries()].map(([key, value]): [string, Value] => {
      if (key === 'source') return [key, each(value, renamedClass)]
      if (key === 'terms' || key === 'values') {
        return [key, each(value, (one) => mask(one, (part) => termKeys.has(part)))]
      }
      return [key, value]
    }),
  )
}

function each(value: Value, change: (one: ObjectValue) => ObjectValue): Value {
  const one = (part: Value) => (part instanceof ObjectValue ? change(part) : part)
  return isArray(value) ? value.map(one) : one(value)
}

function renamedClass(source: ObjectValue): ObjectValue {
  return ObjectValue.of(
    [...source.entries()].map(([key, value]) => [key === 'class' ? 'collection' : key, value]),
  )
}

/** What the sources name: collections, or `_` for every user collection (data-model §1.3). */
function checkSource(source: Value | undefined): ValidationFailure[] {
  const sources = listOf(source)
  if (source === undefined) return []
  if (sources.length === 0) return [required(['source'])]
  const named = sources.map((one) =>
    one instanceof ObjectValue ? listOf(one.get('collection')) : [one],
  )
  const failures = named.flatMap((collections, i) => {
    const isObject = sources[i] instanceof ObjectValue
    if (collections.length === 0) return [required(['class'])]
    return collections.flatMap((one) => {
      if (one === '_' && collections.length === 1) return []
      if (!isCollection(one))
        return [wrongType(isObject ? ['class'] : ['source'], one, 'SourceClass')]
      const isDatabases = one.id === BigInt(nativeCollections.databases)
      return isDatabases ? [fail(['source'], 'invalid reference', 'Cannot read reference.')] : []
    })
  })
  if (failures.length > 0) return failures
  const keys = named.map((collections) =>
    collections
      .map((one) => (one === '_' ? '_' : String((one as Ref).id)))
      .toSorted()
      .join(' '),
  )
  if (new Set(keys).size < keys.length) {
    return [fail(['source'], 'multiple bindings', 'A collection ref may only match one binding.')]
  }
  const hasBindings = sources.some((one) => one instanceof ObjectValue && one.has('fields'))
  if (sources.length > 1 && !hasBindings && keys.includes('_')) {
    const why = 'Cannot mix collection refs and wildcards without providing bindings.'
    return [fail(['source'], 'mixed wildcards', why)]
  }
  return []
}

function checkTerm(term: Value): ValidationFailure[] {
  if (!(term instanceof ObjectValue)) return []
  const path = term.get('field')
  const transform = term.get('transform')
  const failures: ValidationFailure[] = []
  if (path === undefined && !term.has('binding')) {
    const why = 'Must provide one of the following: field, binding'
    failures.push(fail([], 'value required', why))
  }
  const isStep = (one: Value) => typeof one === 'string' || isInteger(one)
  if (path !== undefined && !listOf(path).every(isStep)) {
    failures.push(wrongType(['field'], path, 'String'))
  }
  if (transform !== undefined && transform !== 'casefold') {
    const why = `Invalid value \`${String(transform)}\` at \`transform\``
    failures.push(fail(['transform'], 'invalid value', why))
  }
  return failures
}

/** Bindings are pure and unary, and each is used (data-model §1.3). */
function checkBindings(fields: ObjectValue): ValidationFailure[] {
  const used = new Set(
    [...listOf(fields.get('terms')), ...listOf(fields.get('values'))].map((term) =>
      term instanceof ObjectValue ? term.get('binding') : undefined,
    ),
  )
  return listOf(fields.get('source')).flatMap((source, i) => {
    const bindings = source instanceof ObjectValue ? source.get('fields') : undefined
    if (!(bindings instanceof ObjectValue)) return []
    return [...bindings.entries()].flatMap(([key, lambda]) => {
      const path = ['source', String(i), 'fields', '0', key]
      if (!(lambda instanceof LambdaValue)) return [wrongType(path, lambda, 'Query')]
      if (maximumEffect(lambda.body) !== 'pure') {
        return [fail(path, 'invalid binding', 'Field binding must be a pure unary function.')]
      }
      if (used.has(key)) return []
      const why = 'Source binding is not used as a term or value.'
      return [fail(path, 'unused binding', why)]
    })
  })
}

const fixed = ['source', 'terms', 'values'] as const

/** A change may not touch what is indexed; `active` never goes back (data-model §1.3). */
function prepareChange({ view, current, fields }: Write): Prepared {
  const before = current ?? ObjectValue.empty
  const changed = normalise(fields)
  const different = fixed.filter((key) => !isSame(view, before.get(key), changed.get(key)))
  const failures: ValidationFailure[] = []
  if (different.length > 0) {
    const what = different.join(', ')
    const why = `Index sources, terms, and values may not be updated (${what})`
    failures.push(fail([], 'invalid index', why))
  }
  const stored = before.get('partitions') ?? 1
  const after = changed.with('partitions', changed.get('partitions') ?? stored)
  const counts = [before, after].map(effectivePartitions)
  if (counts[0] !== counts[1]) {
    const why = `Index partition count may not be updated (${counts[0]} -> ${counts[1]}).`
    failures.push(fail([], 'invalid index', why))
  }
  return {
    fields: after
      .with('active', before.get('active') === true || changed.get('active') === true)
      .with('serialized', changed.get('serialized') ?? before.get('serialized') ?? true),
    failures,
  }
}

/** A unique index has one partition, whatever it says. */
function effectivePartitions(fields: ObjectValue): string {
  return fields.get('unique') === true ? '1' : String(fields.get('partitions') ?? 1)
}

/** Whether two stored values are the same, by how they are stored. */
function isSame(view: DatabaseView, a: Value | undefined, b: Value | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return view.storedForm(a) === view.storedForm(b)
}
