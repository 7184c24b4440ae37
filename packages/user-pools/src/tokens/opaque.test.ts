import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  createOpaque,
  type OpaqueKind,
  opaqueEntropyBytes,
  opaqueMatches,
  parseOpaque,
} from './opaque.ts'

const kinds: OpaqueKind[] = ['refresh-token', 'session', 'secret-block']
const create = (kind: OpaqueKind) => createOpaque(kind, randomBytes(opaqueEntropyBytes))

describe.each(kinds)('a %s', (kind) => {
  it('is found by its id and known by its hash', () => {
    const { text, id, hash } = create(kind)
    const parsed = parseOpaque(kind, text)
    expect(parsed).toEqual({ id, hash })
    expect(parsed && opaqueMatches(parsed, hash)).toBe(true)
    expect(parsed && opaqueMatches(parsed, create(kind).hash)).toBe(false)
    expect(parsed && opaqueMatches(parsed, '')).toBe(false)
  })

  it('keeps its secret out of what is stored', () => {
    const { text, id, hash } = create(kind)
    const secret = Buffer.from(text, 'base64url').subarray(17)
    expect(id).not.toContain(secret.toString('hex'))
    expect(hash).not.toContain(secret.toString('base64'))
    expect(secret.length * 8).toBeGreaterThanOrEqual(256)
  })

  it('with the right id and another secret does not match', () => {
    const { text, id, hash } = create(kind)
    const bytes = Buffer.from(text, 'base64url')
    bytes[50] = (bytes[50] ?? 0) ^ 1
    const forged = parseOpaque(
      kind,
      bytes.toString(kind === 'secret-block' ? 'base64' : 'base64url'),
    )
    expect(forged?.id).toBe(id)
    expect(forged && opaqueMatches(forged, hash)).toBe(false)
  })

  it('is not taken for another kind', () => {
    for (const other of kinds.filter((name) => name !== kind)) {
      expect(parseOpaque(other, create(kind).text)).toBeUndefined()
    }
  })

  it.each(['', 'a', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'ü'.repeat(68), 'A'.repeat(68)])(
    'is not %j',
    (text) => {
      expect(parseOpaque(kind, text)).toBeUndefined()
    },
  )

  it('has one form only', () => {
    const { text } = create(kind)
    for (const variant of [`${text}=`, `${text} `, `${text}\n`, ` ${text}`, text.slice(0, -1)]) {
      expect(parseOpaque(kind, variant)).toBeUndefined()
    }
  })
})

it('refresh tokens and sessions have the form that the API asks for', () => {
  for (let count = 0; count < 50; count += 1) {
    expect(create('refresh-token').text).toMatch(/^[A-Za-z0-9-_=.]+$/)
    const session = create('session').text
    expect(session.length).toBeGreaterThanOrEqual(20)
    expect(session.length).toBeLessThanOrEqual(2048)
  }
})

it('a secret block survives being decoded and encoded again by a client', () => {
  for (let count = 0; count < 50; count += 1) {
    const { text } = create('secret-block')
    expect(Buffer.from(text, 'base64').toString('base64')).toBe(text)
  }
})
