/**
 * Tickets: what a client carries from one step of a sign-in to the next.
 *
 * A ticket holds the server's own notes, sealed with the pool's secret, so that beginning a sign-in
 * writes nothing: whoever begins a million of them fills no disk, and a finished one costs a single
 * commit. What must be remembered is only which tickets were answered, until they would have ended
 * anyway.
 *
 * ```
 * id(16) nonce(12) AES-256-GCM(notes) tag(16)
 * ```
 *
 * The kind and the id are authenticated with the notes, so that a secret block is no session.
 *
 * @see user-pools §2.5 and §3.4
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Transaction } from '@vivarium/store'
import { writeDocument } from './documents.ts'
import { ticketKey } from './keys.ts'

/** What a ticket is used as; a secret block is standard base64, which clients decode. */
export type TicketKind = 'secret-block' | 'session'

/** A ticket that was opened. */
export interface OpenTicket<T> {
  readonly id: string
  readonly notes: T
}

/** What every ticket's notes say. */
export interface TicketNotes {
  readonly expiresAtSeconds: number
}

const idBytes = 16
const nonceBytes = 12
const tagBytes = 16

/** How many random bytes `sealTicket` takes. */
export const ticketEntropyBytes = idBytes + nonceBytes

const encodings = { 'secret-block': 'base64', session: 'base64url' } as const

/** Seals `notes` into a text for the client. */
export function sealTicket(
  kind: TicketKind,
  notes: TicketNotes,
  { poolSecret, entropy }: { readonly poolSecret: Uint8Array; readonly entropy: Uint8Array },
): string {
  const id = entropy.subarray(0, idBytes)
  const nonce = entropy.subarray(idBytes, ticketEntropyBytes)
  const cipher = createCipheriv('aes-256-gcm', keyFor(poolSecret), nonce)
  cipher.setAAD(Buffer.concat([Buffer.from(kind), id]))
  const sealed = Buffer.concat([cipher.update(JSON.stringify(notes), 'utf8'), cipher.final()])
  return Buffer.concat([id, nonce, sealed, cipher.getAuthTag()]).toString(encodings[kind])
}

/** Whether `text` has the form of a ticket at all. */
export function isTicket(kind: TicketKind, text: string): boolean {
  const bytes = Buffer.from(text, encodings[kind])
  return bytes.length >= ticketEntropyBytes + tagBytes && bytes.toString(encodings[kind]) === text
}

/** Opens a ticket; undefined if this pool did not seal it, or as something else. */
export function openTicket<T extends TicketNotes>(
  kind: TicketKind,
  text: string,
  poolSecret: Uint8Array,
): OpenTicket<T> | undefined {
  // One text, one ticket: base64 has more than one spelling.
  if (!isTicket(kind, text)) return undefined
  const bytes = Buffer.from(text, encodings[kind])
  const id = bytes.subarray(0, idBytes)
  const nonce = bytes.subarray(idBytes, ticketEntropyBytes)
  const decipher = createDecipheriv('aes-256-gcm', keyFor(poolSecret), nonce)
  decipher.setAAD(Buffer.concat([Buffer.from(kind), id]))
  decipher.setAuthTag(bytes.subarray(-tagBytes))
  try {
    const notes = Buffer.concat([
      decipher.update(bytes.subarray(ticketEntropyBytes, -tagBytes)),
      decipher.final(),
    ])
    // Only `sealTicket` can have made it, from notes of this kind.
    return { id: id.toString('hex'), notes: JSON.parse(notes.toString('utf8')) as T }
  } catch {
    return undefined
  }
}

const keys = new WeakMap<Uint8Array, Buffer>()

function keyFor(poolSecret: Uint8Array): Buffer {
  const known = keys.get(poolSecret)
  if (known !== undefined) return known
  const key = Buffer.from(hkdfSync('sha256', poolSecret, '', 'tickets', 32))
  keys.set(poolSecret, key)
  return key
}

/** Whether this ticket was answered before. */
export function isSpent(transaction: Transaction, poolId: string, ticketId: string): boolean {
  return transaction.get(ticketKey(poolId, ticketId)) !== undefined
}

/** Marks a ticket as answered; false if it was already. */
export function spendTicket(
  transaction: Transaction,
  poolId: string,
  { id, notes }: OpenTicket<TicketNotes>,
): boolean {
  if (isSpent(transaction, poolId, id)) return false
  writeDocument(transaction, ticketKey(poolId, id), { until: notes.expiresAtSeconds })
  return true
}

/** Whether a mark may be forgotten. */
export function isMarkExpired(mark: { readonly until: number }, nowSeconds: number): boolean {
  return nowSeconds > mark.until
}
