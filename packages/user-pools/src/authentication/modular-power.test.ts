import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, integerOf, modularPower, modulus } from './modular-power.ts'

/** Square and multiply, written to be obviously right. */
function slowModularPower(base: bigint, exponent: bigint): bigint {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return exponent === 0n ? 1n : result
}

const integerBelow = (max: bigint) => fc.bigInt({ min: 0n, max })

describe('modularPower', () => {
  it('agrees with BigInt arithmetic for any base and exponents of 0 to 512 bits', () => {
    fc.assert(
      fc.property(
        fc.oneof(integerBelow(modulus * 4n), integerBelow(300n)),
        fc.oneof(integerBelow(2n ** 512n), integerBelow(300n)),
        (base, exponent) => {
          expect(modularPower(base, exponent)).toBe(slowModularPower(base % modulus, exponent))
        },
      ),
      { numRuns: 200 },
    )
  })

  // What OpenSSL refuses to call a shared secret, and what only looks like it.
  it.each([
    ['0', 0n],
    ['1', 1n],
    ['2', 2n],
    ['N - 2', modulus - 2n],
    ['N - 1', modulus - 1n],
    ['N', modulus],
    ['N + 1', modulus + 1n],
    ['2N', 2n * modulus],
  ])('takes the base %s', (_name, base) => {
    for (const exponent of [0n, 1n, 2n, 3n, 255n, 256n, 2n ** 256n - 1n, 2n ** 256n]) {
      expect(modularPower(base, exponent)).toBe(slowModularPower(base % modulus, exponent))
    }
  })

  it('keeps results with leading zero bytes whole', () => {
    // 2^8 = 256 fills 2 of 384 bytes.
    expect(modularPower(2n, 8n)).toBe(256n)
    expect(modularPower(2n, 3000n)).toBe(2n ** 3000n)
  })
})

describe('bytes and integers', () => {
  it('are each other’s inverse', () => {
    fc.assert(
      fc.property(integerBelow(modulus), (integer) => {
        expect(integerOf(bytesOf(integer))).toBe(integer)
      }),
    )
  })

  it('read a view by its own bounds', () => {
    expect(integerOf(Uint8Array.of(9, 9, 1, 2, 9).subarray(2, 4))).toBe(0x0102n)
    expect(integerOf(new Uint8Array())).toBe(0n)
  })
})
