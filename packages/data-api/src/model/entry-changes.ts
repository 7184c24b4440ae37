import type { Ref, Value } from '@vivarium/fql'
import type { LiveChange } from './changes.ts'
import { decodeValues, encodeValues, type StoredVersion } from './codec.ts'
import type { DatabaseView } from './database-view.ts'
import { entriesOf } from './index-entries.ts'
import { entryPrefix, prefixInEntryKey, termsPart } from './keys.ts'
import type { Index } from './schema.ts'

/** An entry that a change of a document has brought into an index, or taken out of it. */
export interface EntryChange {
  readonly action: 'add' | 'remove'
  /** The set that it belongs to, as `setName` names it. */
  readonly set: string
  readonly values: readonly Value[]
}

/** The name of an index's set under its terms: what all its entries' keys begin with. */
export function setName(view: DatabaseView, index: Ref, terms: readonly Value[]): string {
  const encoded = encodeValues(terms, view.unit.lambdas(index.database))
  return entryPrefix(index, termsPart(encoded)).toString('latin1')
}

/**
 * What a change does to an index: what it takes out, then what it brings in. Other values of the same
 * entry are both (wire §7.3).
 *
 * What has expired left its sets without a word: whoever looked before still has it, whoever looked since
 * has not. So all that it had and has no longer is taken out, and all that takes its place is brought in.
 */
export function entryChanges(
  view: DatabaseView,
  index: Index,
  ref: Ref,
  {
    before,
    after,
    hadExpired,
  }: Pick<LiveChange, 'before' | 'after'> & { readonly hadExpired: boolean },
): readonly EntryChange[] {
  const old = entriesByName(view, index, ref, before)
  const now = entriesByName(view, index, ref, after)
  return [
    ...changed(old, now).map((entry) => ({ action: 'remove' as const, ...entry })),
    ...changed(now, hadExpired ? new Map() : old).map((entry) => ({
      action: 'add' as const,
      ...entry,
    })),
  ]
}

type Named = ReadonlyMap<string, Omit<EntryChange, 'action'>>

const changed = (these: Named, those: Named) =>
  [...these].filter(([name]) => !those.has(name)).map(([, entry]) => entry)

/** Where the values stand in an entry's value, behind its `ttl`. */
const valuesOffset = 8

function entriesByName(
  view: DatabaseView,
  index: Index,
  ref: Ref,
  version: StoredVersion | undefined,
): Named {
  if (version === undefined) return new Map()
  const lambdas = view.unit.lambdas(ref.database)
  return new Map(
    entriesOf(view, index, ref, version.fields, version.micros).map(({ key, value }) => {
      // Values that are ordered alike, such as 1 and 1.0, are different ones.
      const name = Buffer.concat([key, value.subarray(valuesOffset)]).toString('latin1')
      const set = Buffer.from(prefixInEntryKey(key)).toString('latin1')
      return [name, { set, values: decodeValues(value, lambdas, valuesOffset) }]
    }),
  )
}
