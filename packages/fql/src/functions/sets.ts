/** Set constructors (fql-v4 §5.2). */
import * as cast from '../casts.ts'
import type { Context } from '../context.ts'
import { define } from '../define.ts'
import type { Position } from '../position.ts'
import { type Ref, UnresolvedRef } from '../values/ref.ts'
import { SetValue } from '../values/set.ts'
import type { Value } from '../values/value.ts'

/**
 * Match(index, ...terms): the entries of an index under those terms.
 *
 * The number of terms is not checked: a wrong one matches nothing.
 *
 * @throws at `index` for an unknown name, a missing or inactive index (wire §4.5)
 * @see fql-v4 §5.2
 */
export const match = define({
  args: { match: cast.stringOrIndexRef, terms: cast.zeroOrMore(cast.any) },
  effect: 'pure',
  evaluate: ({ match: index, terms }, { position, context }) =>
    matchSet(index, terms, 'terms', position, context),
})

/** Match of an index alone. */
export const matchAll = define({
  args: { match: cast.stringOrIndexRef },
  effect: 'pure',
  evaluate: ({ match: index }, { position, context }) =>
    matchSet(index, [], 'terms', position, context),
})

/** The order of arguments before the driver's second version: the terms under `match`. */
export const matchTerms = define({
  args: { match: cast.zeroOrMore(cast.any), index: cast.stringOrIndexRef },
  effect: 'pure',
  evaluate: ({ match: terms, index }, { position, context }) =>
    matchSet(index, terms, 'match', position, context),
})

function matchSet(
  index: string | Ref,
  terms: readonly Value[],
  termsKey: string,
  position: Position,
  { documents }: Context,
): SetValue {
  const place = position.at('index')
  const ref =
    typeof index === 'string' ? documents.resolve('indexes', index, documents.database) : index
  if (ref === undefined) throw cast.undefinedName('indexes', index as string, place)
  documents.checkIndex(ref, place)
  const unresolved = terms.find((term) => term instanceof UnresolvedRef)
  if (unresolved !== undefined) {
    throw cast.wrongType(['Any'], unresolved, position.at(termsKey))
  }
  return new SetValue({ form: 'match', index: ref, terms })
}

/**
 * Documents(collection): all documents of a collection, by id.
 *
 * @see fql-v4 §5.2
 */
export const documents = define({
  args: { documents: cast.collectionRef },
  effect: 'pure',
  evaluate: ({ documents: collection }) => new SetValue({ form: 'documents', collection }),
})

/**
 * Singleton(ref): the set of that one document; its history is `add` and `remove`.
 *
 * @see fql-v4 §5.2, §5.6
 */
export const singleton = define({
  args: { singleton: cast.ref },
  effect: 'pure',
  evaluate: ({ singleton: ref }) => new SetValue({ form: 'singleton', ref }),
})
