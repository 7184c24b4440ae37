/** How long until then, in words; undefined if it is over. */
export function timeLeft(untilMs: number, nowMs: number): string | undefined {
  if (untilMs <= nowMs) return undefined
  // Down, so that a clock that ticks once a second never shows more than there was.
  const seconds = Math.max(1, Math.floor((untilMs - nowMs) / 1000))
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  if (hours > 0) return `${hours} h ${minutes % 60} min`
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`
}
