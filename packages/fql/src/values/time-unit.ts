/** A unit of time: its text as given, and its length. */
export interface TimeUnit {
  readonly text: string
  readonly isDay: boolean
  readonly nanos: bigint
}

const second = 1_000_000_000n

/** A day is always 86 400 seconds. */
const lengths: Readonly<Record<string, bigint>> = {
  day: 86_400n * second,
  'half day': 43_200n * second,
  hour: 3600n * second,
  minute: 60n * second,
  second,
  millisecond: 1_000_000n,
  microsecond: 1000n,
  nanosecond: 1n,
}

const units = new Map(
  Object.entries(lengths).flatMap(([name, nanos]) => [
    [name, nanos],
    [`${name}s`, nanos],
  ]),
)

/** Reads the name of a unit, singular or plural, blanks around it allowed (fql-v4 §4.9). */
export function parseTimeUnit(text: string): TimeUnit | undefined {
  const name = text.trim()
  const nanos = units.get(name)
  return nanos === undefined ? undefined : { text, isDay: name === 'day' || name === 'days', nanos }
}
