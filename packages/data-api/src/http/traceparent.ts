import { randomBytes } from 'node:crypto'

const pattern = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/

/** The trace of the request with a span of ours; a new trace where it has none (wire §3.1). */
export function traceparent(given: string | undefined): string {
  const match = given?.length === 55 ? pattern.exec(given) : null
  const random = randomBytes(24).toString('hex')
  const trace = match?.[1] ?? random.slice(0, 32)
  return `00-${trace}-${random.slice(32)}-${match?.[2] ?? '00'}`
}
