import type { Context } from '../context.ts'
import { attempt, expected, invalidArgument, QueryError } from '../errors.ts'
import { apply } from '../evaluate.ts'
import type { Position } from '../position.ts'
import type { LambdaValue } from '../values/lambda.ts'
import { elementOf, type SetEntry } from '../values/set.ts'
import { typeName } from '../values/type-name.ts'

/** How many entries are tested together: what their tests read is then fetched together. */
const batchMax = 64

/**
 * The entries for whose element a lambda gives true (fql-v4 §5.5).
 *
 * @throws at `position` (the form's `filter`) for a result that is no Boolean
 */
export function* filteredEntries(
  lambda: LambdaValue,
  position: Position,
  entries: Iterable<SetEntry>,
  {
    context,
    expected: wanted,
  }: { readonly context: Context; readonly expected?: number | undefined },
): Iterable<SetEntry> {
  const isKept = (entry: SetEntry): boolean => {
    const result = apply(lambda, elementOf(entry), context, position)
    if (typeof result === 'boolean') return result
    throw invalidArgument(expected(['Boolean'], typeName(result)), position)
  }
  for (const batch of batches(entries, Math.min(wanted ?? batchMax, batchMax))) {
    const tests = context.documents.all(batch.length, (i) =>
      attempt(() => isKept(batch[i] as SetEntry)),
    )
    for (const [i, test] of tests.entries()) {
      // An error counts only when its entry is asked for: the batch may reach beyond the page.
      if (!test.ok) throw new QueryError(test.details)
      if (test.value) yield batch[i] as SetEntry
    }
  }
}

function* batches(entries: Iterable<SetEntry>, size: number): Iterable<SetEntry[]> {
  let batch: SetEntry[] = []
  for (const entry of entries) {
    batch.push(entry)
    if (batch.length === size) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}
