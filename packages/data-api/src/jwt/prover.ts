import { createHash } from 'node:crypto'
import { RequestError } from '@vivarium/fql'
import type { Proof, Proofs, Unproven } from '../model/proofs.ts'
import { type Jwt, looksLikeJwt } from './jwt.ts'
import { isSignedBy, type VerificationKey } from './key-set.ts'
import type { KeySets } from './key-sets.ts'

/** Finds out, for transactions that meet tokens, who signed these. */
export interface Prover {
  /** What a request's transactions know. @param secret what the request shows: maybe a token seen before */
  begin(secret: string): RequestProofs
}

/** What the transactions of one request know of tokens: what they turned out to need. */
export interface RequestProofs extends Proofs {
  /** Finds out what a transaction ended for, so that it can be run again; or gives the answer that ends them. */
  prove(missing: Unproven): Promise<RequestError | undefined>
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

  const begin = (secret: string): RequestProofs => {
    const recalled = recall(secret)
    let known = recalled === undefined ? none : new Map([[secret, recalled]])
    let proven = 0
    return {
      get known() {
        return known
      },
      isFinal: false,
      prove: async ({ jwt, jwksUri }) => {
        if (proven === proofsMax) return tooManyTokens()
        proven++
        known = new Map(known).set(jwt.text, await prove(jwt, jwksUri))
        return undefined
      },
    }
  }
  return { begin }
}

const none: ReadonlyMap<string, Proof> = new Map()

const tooManyTokens = () =>
  new RequestError(400, 'bad request', `A query may check at most ${proofsMax} JSON Web Tokens.`)

const digest = (token: string) => createHash('sha256').update(token).digest('base64')
