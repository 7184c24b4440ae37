/**
 * What a benchmark is: something of ours, and a reference measured in the same run. The result is the
 * ratio of the two, so that the machine and its mood cancel out.
 */

/** One budget of the design. */
export interface Benchmark {
  /** As it is named on the command line and in the results. */
  readonly name: string
  /** What is compared, in a sentence: data size, connections, durability. */
  readonly what: string
  /** The ratio, or for `limit` the value, that must be reached. */
  readonly budget: Budget
  run(options: RunOptions): Promise<Measurement>
}

/** What can be chosen for a run. */
export interface RunOptions {
  /** How many documents are loaded where the budget is about very many. */
  readonly documents: number
}

/** What counts as good enough. */
export type Budget =
  /** Our rate by the reference's: at least this. */
  | { readonly kind: 'at-least'; readonly ratio: number }
  /** Our figure by the reference's: at most this. */
  | { readonly kind: 'at-most'; readonly ratio: number }
  /** A figure that stands by itself: at most this many of the unit. */
  | { readonly kind: 'limit'; readonly value: number; readonly unit: string }

/** What a benchmark found. */
export interface Measurement {
  /** The figure that the budget is about. */
  readonly value: number
  /** The figures behind it, as they are shown: `['p99', '3 ms']`. */
  readonly details: readonly (readonly [name: string, value: string])[]
}

/** Whether a measurement keeps within a budget. */
export function isWithin(budget: Budget, value: number): boolean {
  switch (budget.kind) {
    case 'at-least':
      return value >= budget.ratio
    case 'at-most':
      return value <= budget.ratio
    case 'limit':
      return value <= budget.value
  }
}

/** A budget in words. */
export function budgetText(budget: Budget): string {
  switch (budget.kind) {
    case 'at-least':
      return `≥ ${budget.ratio}`
    case 'at-most':
      return `≤ ${budget.ratio}`
    case 'limit':
      return `≤ ${budget.value} ${budget.unit}`
  }
}

/** The middle one of several figures. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}
