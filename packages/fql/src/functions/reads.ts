/** Reads (fql-v4 §4.13, §6). */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import { newReading, type Reading } from '../documents.ts'
import { instanceNotFound, invalidArgument } from '../errors.ts'
import { checkReadable, entriesOf } from '../sets/read-set.ts'
import { asNativeCollection, Ref, UnresolvedRef } from '../values/ref.ts'
import { elementOf, SetValue } from '../values/set.ts'
import type { Time } from '../values/time.ts'
import type { Value } from '../values/value.ts'

const ts = cast.optional(cast.transactionTimestamp)

/** The valid time that a `ts` argument asks for: its own, none for now, or the context's. */
export function validTime(given: Time | 'now' | undefined, context: Context): bigint | undefined {
  if (given === undefined) return context.at
  return given === 'now' ? undefined : given.toMicros()
}

/** A context that reads at `at`. */
export function readingAt(context: Context, at: bigint | undefined): Context {
  return at === context.at ? context : { ...context, at }
}

/**
 * Get(ref or set): the document, or the document of the set's first entry.
 *
 * @throws `permission denied` before `instance not found`
 * @see fql-v4 §4.13
 */
export const get = define({
  args: { get: cast.identifier, ts },
  effect: 'read',
  evaluate: ({ get: target, ts: given }, { position, context }) => {
    const at = validTime(given, context)
    if (target instanceof Ref) return context.documents.get(target, at, position)
    const reading = newReading()
    const first = firstRef(target, readingAt(context, at), position.at('get'), reading)
    if (first === undefined) throw instanceNotFound('Set', position)
    return context.documents.get(first, at, position, reading)
  },
})

/**
 * The document of a set's first entry.
 *
 * @param reading what pays for it; default: a new one
 * @throws permission denied at `position`
 */
export function firstRef(
  set: SetValue,
  context: Context,
  position: Parameters<typeof checkReadable>[2],
  reading?: Reading,
): Ref | undefined {
  checkReadable(set, context, position)
  for (const entry of entriesOf(set, context, position, { expected: 1 }, reading)) {
    return entry.ref
  }
  return undefined
}

/**
 * Exists(ref or set): whether it exists and may be read. An unresolved ref does not exist.
 *
 * @throws `permission denied` at `exists` for a set that may not be read
 * @see fql-v4 §4.13
 */
export const exists = define({
  args: { exists: cast.any, ts },
  effect: 'read',
  evaluate: ({ exists: target, ts: given }, { position, context }) => {
    if (target instanceof UnresolvedRef) return false
    const identifier = isUnlisted(target)
      ? target
      : cast.identifier.convert(target, position.at('exists'), context)
    const at = validTime(given, context)
    if (identifier instanceof Ref) return context.documents.exists(identifier, at)
    const reading = newReading()
    const first = firstRef(identifier, readingAt(context, at), position.at('exists'), reading)
    return first !== undefined && context.documents.exists(first, at, reading)
  },
})

/** `Roles()` and `AccessProviders()`, which count as documents there: they do not exist (fql-v4 §4.13). */
function isUnlisted(target: Value): target is Ref {
  if (!(target instanceof Ref)) return false
  const native = asNativeCollection(target)
  return native === 'roles' || native === 'access_providers'
}

/** `first`, `last`: the element at one end of an array or a set. */
function end<const K extends 'first' | 'last'>(key: K) {
  return define({
    args: { [key]: cast.setOrArray },
    effect: 'read',
    since: '4',
    evaluate: (args, { position, context }): Value => {
      const given = args[key] as readonly Value[] | SetValue
      const place = position.at(key)
      if (!(given instanceof SetValue)) {
        const element = given.at(key === 'first' ? 0 : -1)
        if (element === undefined) throw invalidArgument('Non-empty array expected.', place)
        return element
      }
      checkReadable(given, context, place)
      const span = { expected: 1, reverse: key === 'last' }
      for (const entry of entriesOf(given, context, place, span)) return elementOf(entry)
      throw invalidArgument('Non-empty set expected.', place)
    },
  })
}

/** First(collection), Last(collection): an element, not its document. @see fql-v4 §4.13 */
export const first = end('first')
export const last = end('last')

/**
 * KeyFromSecret(secret): the document of the key or token.
 *
 * @throws `instance not found` with status 400 on any failure
 * @see data-model §6.6
 */
export const keyFromSecret = define({
  args: { key_from_secret: cast.string },
  effect: 'read',
  evaluate: ({ key_from_secret: secret }, { position, context }): Value =>
    context.documents.keyFromSecret(secret, position),
})
