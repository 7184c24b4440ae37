import { randomBytes } from 'node:crypto'

const pattern = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/

/** The trace of the request with a span of ours; a new trace where it has none (wire §3.1). */
export function traceparent(given: string | undefined): string {
  const match = given?.length === 55 ? pattern.exec(given) : null
  const trace = match?.[1] ?? randomHex(32)
  return `00-${trace}-${randomHex(16)}-${match?.[2] ?? '00'}`
}

/** Random digits are drawn many at a time: each drawing is a system call. */
const poolBytes = 4096
let pool = ''
let used = 0

function randomHex(digits: number): string {
  if (used + digits > pool.length) {
    pool = randomBytes(poolBytes).toString('hex')
    used = 0
  }
  used += digits
  return pool.slice(used - digits, used)
}
