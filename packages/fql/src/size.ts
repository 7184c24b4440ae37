/**
 * How large values may grow. A few hundred bytes of query can double an array, or put a value into itself
 * twice, forty times over: the first is memory that no machine has, the second is little memory, but a
 * tree that nobody can render, compare or store. So what functions and literals make is measured.
 *
 * The reference counts work on the whole ("Transaction does too much compute"); what counts there, and
 * its limits, are its own.
 */
import type { Meter } from './context.ts'
import { RequestError } from './errors.ts'
import { LambdaValue } from './values/lambda.ts'
import { ObjectValue } from './values/object.ts'
import { PageValue } from './values/page.ts'
import { type SetDescription, SetValue } from './values/set.ts'
import { isArray, type Value } from './values/value.ts'

/** How many elements, fields and eighths of texts one query may make, those it drops included. */
export const slotsMax = 2 ** 23

/** How many elements and fields one value may have, at all depths, each as often as it would be rendered. */
export const weightMax = 2 ** 22

/** Two to this many slots are made between two looks at the clock: a few functions of long texts cost more than many of short. */
const lookBits = 18

/** Weights of values that hold others; a flat one weighs as much as it is long. */
const weights = new WeakMap<object, number>()

/**
 * Of elements that a result repeats, every which one counts: an array that grows one by one is copied each
 * time, and the copies before are hardly ever kept.
 */
const repeatedPerSlot = 4

/**
 * Counts a value that was just made.
 *
 * @param repeated the array whose elements it repeats, if it does
 * @throws RequestError `bad request` if that is too much
 */
export function measure(value: Value, meter: Meter, repeated: Value = null): void {
  if (typeof value === 'string') {
    countSlots(value.length >> 3, meter)
    return
  }
  if (typeof value !== 'object') return
  const parts = partsOf(value)
  if (parts === undefined) return
  const old = isArray(repeated) ? repeated.length : 0
  countSlots(parts.length - old + Math.floor(old / repeatedPerSlot), meter)
  let weight = limited(parts.length, weightMax)
  for (const part of parts) weight += weightOf(part)
  if (weight > parts.length) weights.set(value as object, limited(weight, weightMax))
}

function countSlots(made: number, meter: Meter): void {
  const looks = meter.slots >> lookBits
  meter.slots = limited(meter.slots + made, slotsMax)
  if (meter.slots >> lookBits > looks) meter.checkTime()
}

function weightOf(value: Value): number {
  if (typeof value !== 'object' || value === null) return 0
  return weights.get(value) ?? partsOf(value)?.length ?? 0
}

function partsOf(value: Value): readonly Value[] | undefined {
  if (isArray(value)) return value
  if (value instanceof ObjectValue) return value.values
  if (value instanceof PageValue) return value.data
  if (value instanceof LambdaValue) return value.captured.values
  return value instanceof SetValue ? partsOfSet(value.set) : undefined
}

function partsOfSet(set: SetDescription): readonly Value[] {
  if ('sets' in set) return set.sets
  if ('source' in set) return [set.source]
  return set.form === 'match' ? set.terms : []
}

function limited(used: number, max: number): number {
  if (used <= max) return used
  const text = `Transaction does too much compute: got ${used}, limit: ${max}`
  throw new RequestError(400, 'bad request', text)
}
