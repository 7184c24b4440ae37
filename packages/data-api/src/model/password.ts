import { createHmac } from 'node:crypto'
import bcrypt from 'bcryptjs'

/**
 * Hashes a password of a document's credentials: bcrypt, as the reference does, so that hashes can move
 * between the two. The salt comes from the request's entropy, so each run gives the same.
 */
export function hashPassword(password: string, entropy: Uint8Array, id: bigint): string {
  const bytes = createHmac('sha256', entropy).update(`salt ${id}`).digest().subarray(0, 16)
  // Cost 5, the reference's (data-model §8).
  const salt = `$2a$05$${bcrypt.encodeBase64([...bytes], 16)}`
  return bcrypt.hashSync(password, salt)
}

/** Whether `password` has this hash. */
export function passwordMatches(password: string, hash: string): boolean {
  return bcrypt.compareSync(password, hash)
}
