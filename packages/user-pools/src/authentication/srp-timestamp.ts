/** How far a client's clock may be off, either way, in seconds. */
export const clockToleranceSeconds = 5 * 60

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const shape = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d{2}):(\d{2}):(\d{2}) UTC (\d{4})$/

/**
 * The seconds since the epoch that a `TIMESTAMP` names, such as `Fri Jan 2 03:04:05 UTC 2026`;
 * undefined if it is none. A day with a leading zero or a second space is taken too: some libraries
 * pad it. The weekday is not compared with the date.
 *
 * @see user-pools §3.2
 */
export function parseSrpTimestamp(timestamp: string): number | undefined {
  const match = shape.exec(timestamp)
  if (match === null) return undefined
  const [, monthName = '', ...numbers] = match
  const month = months.indexOf(monthName)
  const [day = 0, hour = 0, minute = 0, second = 0, year = 0] = numbers.map(Number)
  const date = new Date(Date.UTC(year, month, day, hour, minute, second))
  // Date.UTC carries 31 February over into March, and an hour 25 into the next day.
  const isReal =
    month >= 0 && date.getUTCMonth() === month && date.getUTCDate() === day && hour < 24
  return isReal && minute < 60 && second < 60 ? date.getTime() / 1000 : undefined
}

/**
 * Whether a client that took its challenge at `challengedAtSeconds` can have signed this `TIMESTAMP`
 * at `nowSeconds`, allowing for its clock. The secret block is single use; this is not what keeps a
 * proof from being replayed.
 *
 * Unverified: the reference only says that an answer must come "within a few seconds".
 */
export function isTimely(
  timestamp: string,
  times: { readonly challengedAtSeconds: number; readonly nowSeconds: number },
): boolean {
  const signedAt = parseSrpTimestamp(timestamp)
  if (signedAt === undefined) return false
  return (
    signedAt >= times.challengedAtSeconds - clockToleranceSeconds &&
    signedAt <= times.nowSeconds + clockToleranceSeconds
  )
}
