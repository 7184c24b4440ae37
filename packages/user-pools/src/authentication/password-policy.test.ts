import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  passwordComplaint,
  temporaryPassword,
  temporaryPasswordEntropyBytes,
} from './password-policy.ts'

const prefix = 'Password did not conform with policy: '

describe('passwordComplaint', () => {
  it.each([
    ['Aa1!aaa', `${prefix}Password not long enough`],
    ['aa1!aaaa', `${prefix}Password must have uppercase characters`],
    ['AA1!AAAA', `${prefix}Password must have lowercase characters`],
    ['Aaa!aaaa', `${prefix}Password must have numeric characters`],
    ['Aa1aaaaa', `${prefix}Password must have symbol characters`],
    ['', `${prefix}Password not long enough`],
  ])('says of %j: %s', (password, complaint) => {
    expect(passwordComplaint(password)).toBe(complaint)
  })

  it('names the first of several broken rules', () => {
    expect(passwordComplaint('a')).toBe(`${prefix}Password not long enough`)
    expect(passwordComplaint('________')).toBe(`${prefix}Password must have uppercase characters`)
  })

  it('counts letters of Basic Latin alone', () => {
    expect(passwordComplaint('äöü1!ÄÖÜ')).toBe(`${prefix}Password must have uppercase characters`)
    expect(passwordComplaint('Aäöü1!ÄÖÜ')).toBe(`${prefix}Password must have lowercase characters`)
  })

  it.each([...'^$*.[]{}()?"!@#%&/\\,><\':;|_~`=+- '])('counts %s as a symbol', (symbol) => {
    expect(passwordComplaint(`Aa1aaaaa${symbol}`)).toBeUndefined()
  })

  it.each(['€', '§', 'é', '\u00a0'])('does not count %s as a symbol', (character) => {
    expect(passwordComplaint(`Aa1aaaaa${character}`)).toBe(
      `${prefix}Password must have symbol characters`,
    )
  })

  it('asks of a given policy only what it asks for', () => {
    expect(passwordComplaint('aaaaaa', { MinimumLength: 6 })).toBeUndefined()
    expect(passwordComplaint('aaaaaaa', {})).toBe(`${prefix}Password not long enough`)
    expect(passwordComplaint('aaaaaaaa', { RequireNumbers: false })).toBeUndefined()
    expect(passwordComplaint('aaaaaaaa', { RequireNumbers: true })).toBe(
      `${prefix}Password must have numeric characters`,
    )
  })
})

describe('temporaryPassword', () => {
  it('satisfies every policy, and the pattern of the field', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.integer({ min: 6, max: 99 }),
        (entropy, MinimumLength) => {
          const policy = {
            MinimumLength,
            RequireUppercase: true,
            RequireLowercase: true,
            RequireNumbers: true,
            RequireSymbols: true,
          }
          const password = temporaryPassword(entropy, policy)
          expect(passwordComplaint(password, policy)).toBeUndefined()
          expect(password).toMatch(/^\S+$/)
        },
      ),
    )
  })

  it('is another one each time', () => {
    const drawn = Array.from({ length: 100 }, () =>
      temporaryPassword(randomBytes(temporaryPasswordEntropyBytes)),
    )
    expect(new Set(drawn).size).toBe(100)
  })
})
