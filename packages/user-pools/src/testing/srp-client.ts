/** A client of SRP for tests that send what no good client would. */
import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import {
  bytesOf,
  generator,
  integerOf,
  modularPower,
  modulus,
} from '../authentication/modular-power.ts'
import { poolNameOf } from '../authentication/srp.ts'

/** One run of the protocol, from the client's side. */
export interface SrpClient {
  /** `SRP_A`. */
  readonly srpA: string
  /** The answer to PASSWORD_VERIFIER. */
  answer(
    parameters: Readonly<Record<string, string>>,
    password: string,
    timestamp: string,
  ): Record<string, string>
}

/** @param srpA another public value than the secret's own */
export function createSrpClient(poolId: string, srpA?: string): SrpClient {
  const poolName = poolNameOf(poolId)
  const a = integerOf(randomBytes(32))
  const A = modularPower(generator, a)
  return {
    srpA: srpA ?? A.toString(16),
    answer(parameters, password, timestamp) {
      const { SALT = '', SRP_B = '', SECRET_BLOCK = '', USER_ID_FOR_SRP = '' } = parameters
      const B = BigInt(`0x${SRP_B}`)
      const u = integerOf(sha256(padded(A), padded(B)))
      const credentials = sha256(Buffer.from(`${poolName}${USER_ID_FOR_SRP}:${password}`))
      const x = integerOf(sha256(padded(BigInt(`0x${SALT}`)), credentials))
      const k = integerOf(sha256(padded(modulus), padded(generator)))
      const base = B + modulus - ((k * modularPower(generator, x)) % modulus)
      // An exponent longer than half of N is not what `modularPower` is made for.
      const S = (modularPower(base, a) * modularPower(modularPower(base, u), x)) % modulus
      const key = hkdfSync('sha256', padded(S), padded(u), 'Caldera Derived Key', 16)
      const signature = createHmac('sha256', Buffer.from(key))
        .update(poolName)
        .update(USER_ID_FOR_SRP)
        .update(Buffer.from(SECRET_BLOCK, 'base64'))
        .update(timestamp)
        .digest('base64')
      return {
        USERNAME: USER_ID_FOR_SRP,
        PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
        PASSWORD_CLAIM_SIGNATURE: signature,
        TIMESTAMP: timestamp,
      }
    },
  }
}

/** A moment as clients write it: `Fri Jan 2 03:04:05 UTC 2026`. */
export function srpTimestamp(ms: number): string {
  const [weekday = '', day = '', month, year, time] = new Date(ms).toUTCString().split(' ')
  return `${weekday.slice(0, 3)} ${month} ${Number(day)} ${time} UTC ${year}`
}

function padded(integer: bigint): Uint8Array {
  const bytes = bytesOf(integer)
  return (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes])
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
