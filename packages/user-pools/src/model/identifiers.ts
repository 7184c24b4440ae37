/** The names that the service gives to what it makes. @see user-pools §2.11 and §2.12 */
import { createHash } from 'node:crypto'

const lowerCase = 'abcdefghijklmnopqrstuvwxyz0123456789'
const anyCase = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${lowerCase}`

const poolSuffixLength = 9
const clientIdLength = 26
const clientSecretLength = 52

/** How many random bytes each of these takes. */
export const identifierEntropyBytes = 32

/** `us-east-1_AbCdEf123`. */
export function createPoolId(region: string, entropy: Uint8Array): string {
  return `${region}_${characters(anyCase, poolSuffixLength, entropy)}`
}

/** Whether a pool of this region may have this id: chosen ids look like drawn ones. */
export function isPoolId(region: string, id: string): boolean {
  return id.startsWith(`${region}_`) && /^[0-9A-Za-z]{1,30}$/.test(id.slice(region.length + 1))
}

/** 26 lower-case letters and digits. */
export function createClientId(entropy: Uint8Array): string {
  return characters(lowerCase, clientIdLength, entropy)
}

/** 52 lower-case letters and digits: 256 bits and more. */
export function createClientSecret(entropy: Uint8Array): string {
  return characters(lowerCase, clientSecretLength, entropy)
}

function characters(alphabet: string, length: number, entropy: Uint8Array): string {
  // 32 random bits against 62 characters: the bias is below one in 2^26.
  const random = createHash('shake256', { outputLength: 4 * length })
    .update(entropy)
    .digest()
  return Array.from({ length }, (_, index) =>
    alphabet.charAt(random.readUInt32BE(4 * index) % alphabet.length),
  ).join('')
}

/** Nobody's account: we have none. */
const account = '000000000000'

/** The ARN of a pool. */
export function poolArn(region: string, poolId: string): string {
  return `arn:aws:cognito-idp:${region}:${account}:userpool/${poolId}`
}

/** The id of the pool that an ARN names; undefined if it is no pool's of this region. */
export function poolIdInArn(region: string, arn: string): string | undefined {
  const prefix = `arn:aws:cognito-idp:${region}:${account}:userpool/`
  return arn.startsWith(prefix) ? arn.slice(prefix.length) : undefined
}
