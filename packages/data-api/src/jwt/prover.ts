import { createHash } from 'node:crypto'
import { RequestError } from '@vivarium/fql'
import { type Proof, type Proofs, Unproven } from '../model/proofs.ts'
import { type Jwt, looksLikeJwt } from './jwt.ts'
import { isSignedBy, type VerificationKey } from './key-set.ts'
import type { KeySets } from './key-sets.ts'

/** Runs transactions that meet tokens, and finds out for them who signed these. */
export interface Prover {
  /**
   * Runs `work`, again whenever it needs another proof.
   *
   * @param secret what the request shows: if it is a token seen before, its proof may be there at once
   * @throws what `work` throws, but for `Unproven`; RequestError for a query of too many tokens
   */
  run<T>(secret: string, work: (proofs: Proofs) => Promise<T>): Promise<T>
}

/** How many tokens one request may make us check: its own, and those it asks `KeyFromSecret` about. */
const proofsMax = 8

/** How many tokens are remembered as signed. */
const rememberedMax = 1000

interface Remembered {
  readonly jwksUri: string
  readonly keyId: string | undefined
  readonly key: VerificationKey
}

/** A prover by the keys that issuers publish. */
export function createProver(keySets: KeySets): Prover {
  /** By the digest of the token, oldest first: saves a signature's check, and a run to learn its issuer. */
  const remembered = new Map<string, Remembered>()

  const recall = (secret: string): Proof | undefined => {
    if (!looksLikeJwt(secret)) return undefined
    const known = remembered.get(digest(secret))
    if (known === undefined) return undefined
    const { jwksUri, keyId, key } = known
    return keySets.peek(jwksUri, keyId) === key ? { jwksUri, isSigned: true } : undefined
  }

  const prove = async (jwt: Jwt, jwksUri: string): Promise<Proof> => {
    const key = await keySets.find(jwksUri, jwt.keyId)
    if (key === undefined || !isSignedBy(jwt, key)) return { jwksUri, isSigned: false }
    const id = digest(jwt.text)
    remembered.delete(id)
    remembered.set(id, { jwksUri, keyId: jwt.keyId, key })
    const [oldest] = remembered.keys()
    if (remembered.size > rememberedMax && oldest !== undefined) remembered.delete(oldest)
    return { jwksUri, isSigned: true }
  }

  return {
    run: async (secret, work) => {
      const known = new Map<string, Proof>()
      const recalled = recall(secret)
      if (recalled !== undefined) known.set(secret, recalled)
      for (let proven = 0; ; proven++) {
        try {
          return await work({ known, isFinal: false })
        } catch (error) {
          if (!(error instanceof Unproven)) throw error
          if (proven === proofsMax) throw tooManyTokens()
          known.set(error.jwt.text, await prove(error.jwt, error.jwksUri))
        }
      }
    },
  }
}

const tooManyTokens = () =>
  new RequestError(400, 'bad request', `A query may check at most ${proofsMax} JSON Web Tokens.`)

const digest = (token: string) => createHash('sha256').update(token).digest('base64')
