/**
 * The suite that every backend passes: `describeStore('mine', () => home)` inside a Vitest test file.
 *
 * A backend skips nothing. A bug found in one becomes a case for all.
 */
import { describe } from 'vitest'
import { describeAll } from './all.ts'
import { describeErrors } from './errors.ts'
import type { Capabilities, StoreHome } from './home.ts'
import { describeIds } from './ids.ts'
import { describeIntents } from './intents.ts'
import { describeLifetime } from './lifetime.ts'
import { describeLimits } from './limits.ts'
import { describeModel } from './model.ts'
import { describeOrder } from './order.ts'
import { describeOwnWrites } from './own-writes.ts'
import { describeRanges } from './ranges.ts'
import { describeReads } from './reads.ts'
import { describeShared } from './shared.ts'
import { describeSnapshots } from './snapshots.ts'
import { subjectOf } from './subject.ts'
import { describeTime } from './time.ts'

const parts = [
  describeReads,
  describeRanges,
  describeOwnWrites,
  describeIntents,
  describeErrors,
  describeOrder,
  describeTime,
  describeIds,
  describeAll,
  describeLimits,
  describeLifetime,
  describeShared,
  describeSnapshots,
  describeModel,
]

/** Declares the suite for the stores that live in the homes of `makeHome`, one home a test. */
export function describeStore(
  name: string,
  makeHome: () => StoreHome,
  { keepsData }: Capabilities,
): void {
  describe(name, () => {
    for (const describePart of parts) describePart(subjectOf(makeHome, keepsData))
  })
}
