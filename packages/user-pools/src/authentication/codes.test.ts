import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type CodeSubject, checkCode, codeEntropyBytes, createCode } from './codes.ts'

const poolSecret = Buffer.alloc(32, 3)
const subject: CodeSubject = {
  sub: '3f2b8c1e-7d54-4f0a-9b61-2c8e5a7d9f10',
  purpose: 'confirm-sign-up',
  attributeName: 'email',
  destination: 'jane@example.com',
}
const nowSeconds = 1_700_000_000
const create = (of: CodeSubject = subject) =>
  createCode(of, { poolSecret, entropy: randomBytes(codeEntropyBytes), nowSeconds })
/** A code that differs from `code` in its last digit. */
const wrong = (code: string) => code.slice(0, -1) + ((Number(code.at(-1)) + 1) % 10)

describe('createCode', () => {
  it('draws six digits, eight for a first factor, leading zeros included', () => {
    const codes = Array.from({ length: 200 }, () => create().code)
    for (const code of codes) expect(code).toMatch(/^\d{6}$/)
    expect(new Set(codes).size).toBeGreaterThan(190)
    expect(create({ ...subject, purpose: 'first-factor' }).code).toMatch(/^\d{8}$/)
    const entropy = new Uint8Array(codeEntropyBytes)
    expect(createCode(subject, { poolSecret, entropy, nowSeconds }).code).toBe('000000')
  })

  it('keeps a hash that tells nothing without the secret of the pool', () => {
    const { code, stored } = create()
    expect(JSON.stringify(stored)).not.toContain(code)
    const entropy = new Uint8Array(codeEntropyBytes)
    const options = { entropy, nowSeconds }
    const one = createCode(subject, { ...options, poolSecret })
    const other = createCode(subject, { ...options, poolSecret: Buffer.alloc(32, 4) })
    expect(one.code).toBe(other.code)
    expect(one.stored.hash).not.toBe(other.stored.hash)
  })

  it.each([
    ['confirm-sign-up', 24 * 3600],
    ['verify-attribute', 24 * 3600],
    ['reset-password', 3600],
  ] as const)('makes a code to %s hold for %d seconds', (purpose, seconds) => {
    expect(create({ ...subject, purpose }).stored.expiresAtSeconds).toBe(nowSeconds + seconds)
  })

  it('takes another validity', () => {
    const { stored } = createCode(subject, {
      poolSecret,
      entropy: randomBytes(codeEntropyBytes),
      nowSeconds,
      validitySeconds: 180,
    })
    expect(stored.expiresAtSeconds).toBe(nowSeconds + 180)
  })
})

describe('checkCode', () => {
  const { code, stored } = create()
  const options = { poolSecret, nowSeconds }

  it('takes the code', () => {
    expect(checkCode(stored, code, subject, options)).toEqual({ kind: 'match' })
  })

  it.each([wrong(code), '', `${code} `, code.slice(1), `${code}0`])(
    'counts %j as a mismatch',
    (typed) => {
      expect(checkCode(stored, typed, subject, options)).toEqual({
        kind: 'mismatch',
        stored: { ...stored, mismatches: 1 },
      })
    },
  )

  it('knows no code when none is outstanding, or its time is over', () => {
    expect(checkCode(undefined, code, subject, options)).toEqual({ kind: 'expired' })
    const at = (seconds: number) =>
      checkCode(stored, code, subject, { poolSecret, nowSeconds: seconds }).kind
    expect(at(stored.expiresAtSeconds - 1)).toBe('match')
    expect(at(stored.expiresAtSeconds)).toBe('expired')
  })

  it('ends a code that went to an address which has changed', () => {
    const moved = { ...subject, destination: 'victim@example.com' }
    expect(checkCode(stored, code, moved, options)).toEqual({ kind: 'expired' })
    const renamed = { ...subject, attributeName: 'phone_number' }
    expect(checkCode(stored, code, renamed, options)).toEqual({ kind: 'expired' })
  })

  it('does not take a code of another user, purpose or pool', () => {
    const kind = (of: CodeSubject, secret = poolSecret) =>
      checkCode(stored, code, of, { poolSecret: secret, nowSeconds }).kind
    expect(kind({ ...subject, sub: 'another' })).toBe('mismatch')
    expect(kind({ ...subject, purpose: 'reset-password' })).toBe('mismatch')
    expect(kind(subject, Buffer.alloc(32, 4))).toBe('mismatch')
  })

  it('ends after as many mismatches as the caller allows', () => {
    let kept = stored
    for (let count = 0; count < 5; count += 1) {
      const verdict = checkCode(kept, wrong(code), subject, { ...options, mismatchesMax: 5 })
      if (verdict.kind !== 'mismatch') throw new Error(verdict.kind)
      kept = verdict.stored
    }
    expect(checkCode(kept, code, subject, { ...options, mismatchesMax: 5 }).kind).toBe('expired')
    expect(checkCode(kept, code, subject, options).kind).toBe('match')
  })
})
