import { describe, expect, it } from 'vitest'
import { modulus } from './modular-power.ts'
import { unknownUserSub, unknownUserVerifier } from './unknown-user.ts'

const poolSecret = Buffer.alloc(32, 1)
const otherSecret = Buffer.alloc(32, 2)

describe('an unknown user', () => {
  it('gets the same salt, verifier and id whenever the same name is typed', () => {
    expect(unknownUserVerifier(poolSecret, 'eve')).toEqual(unknownUserVerifier(poolSecret, 'eve'))
    expect(unknownUserSub(poolSecret, 'eve')).toBe(unknownUserSub(poolSecret, 'eve'))
  })

  it('gets others in another pool and under another name', () => {
    const { salt } = unknownUserVerifier(poolSecret, 'eve')
    expect(unknownUserVerifier(otherSecret, 'eve').salt).not.toBe(salt)
    expect(unknownUserVerifier(poolSecret, 'eva').salt).not.toBe(salt)
    expect(unknownUserSub(otherSecret, 'eve')).not.toBe(unknownUserSub(poolSecret, 'eve'))
    expect(unknownUserSub(poolSecret, 'eva')).not.toBe(unknownUserSub(poolSecret, 'eve'))
  })

  it('looks like a real one', () => {
    for (let count = 0; count < 50; count += 1) {
      const { salt, verifier } = unknownUserVerifier(poolSecret, `user${count}`)
      expect(salt).toMatch(/^[1-9a-f][0-9a-f]{20,31}$/)
      // Every power of two is a square.
      expect(isSquare(BigInt(`0x${verifier}`))).toBe(true)
      expect(unknownUserSub(poolSecret, `user${count}`)).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      )
    }
  })
})

/** Whether `value` is a square modulo N, by the Jacobi symbol. */
function isSquare(value: bigint): boolean {
  let [top, bottom, sign] = [value % modulus, modulus, 1]
  while (top !== 0n) {
    while (top % 2n === 0n) {
      top /= 2n
      if (bottom % 8n === 3n || bottom % 8n === 5n) sign = -sign
    }
    if (top % 4n === 3n && bottom % 4n === 3n) sign = -sign
    ;[top, bottom] = [bottom % top, top]
  }
  return sign === 1
}
