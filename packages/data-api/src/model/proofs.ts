/**
 * What has been found out about tokens' signatures before a transaction.
 *
 * A transaction cannot wait for an issuer's keys, and only a transaction knows which issuer to ask: who a
 * database trusts is a document in it. So a transaction that meets a token ends with `Unproven`; whoever
 * runs it checks the signature by the keys that it names, and runs it again. The transaction then relies
 * on the proof only if it still wants that very one, so no change of a provider is ever overlooked.
 */
import type { Jwt } from '../jwt/jwt.ts'

/** Whether a token was signed by one of the keys at an address. */
export interface Proof {
  readonly jwksUri: string
  readonly isSigned: boolean
}

/** What is known of tokens in a transaction. */
export interface Proofs {
  /** By the text of the token. */
  readonly known: ReadonlyMap<string, Proof>
  /** Nobody will find out more: a token without its proof is not signed. */
  readonly isFinal: boolean
}

/** For transactions that meet no tokens, or refuse them. */
export const noProofs: Proofs = { known: new Map(), isFinal: true }

/** A transaction needs to know whether a token is signed by one of the keys at `jwksUri`. */
export class Unproven extends Error {
  override readonly name = 'Unproven'
  readonly jwt: Jwt
  readonly jwksUri: string

  constructor(jwt: Jwt, jwksUri: string) {
    super('the signature of a token has not been checked')
    this.jwt = jwt
    this.jwksUri = jwksUri
  }
}

/**
 * Whether a token is signed by one of the keys at `jwksUri`.
 *
 * @throws Unproven through the whole transaction, if that has yet to be found out
 */
export function isSigned({ known, isFinal }: Proofs, jwt: Jwt, jwksUri: string): boolean {
  const proof = known.get(jwt.text)
  if (proof?.jwksUri === jwksUri) return proof.isSigned
  if (isFinal) return false
  throw new Unproven(jwt, jwksUri)
}
