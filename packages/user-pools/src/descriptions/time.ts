/** A time as the wire tells it: seconds since the Unix epoch, with milliseconds. @see user-pools §1.1 */
export function seconds(ms: number): number {
  return ms / 1000
}
