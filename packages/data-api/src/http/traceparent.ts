import { randomUUID } from 'node:crypto'

const pattern = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-([0-9a-f]{2})$/

/** The trace of the request with a span of ours; a new trace where it has none (wire §3.1). */
export function traceparent(given: string | undefined): string {
  const match = given?.length === 55 ? pattern.exec(given) : null
  const trace = match?.[1] ?? randomHex()
  return `00-${trace}-${randomHex().slice(16)}-${match?.[2] ?? '00'}`
}

/** Node draws the randomness of UUIDs many at a time; other randomness costs a system call each. */
const randomHex = () => randomUUID().replaceAll('-', '')
