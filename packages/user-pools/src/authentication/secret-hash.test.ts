import { describe, expect, it } from 'vitest'
import { clientSecretMatches, secretHash, secretHashMatches } from './secret-hash.ts'

const clientId = '4qmr86u7hh5pd5s86l4lhfrubf'
const secret = 'h7s0ovqg3kjl9u4q4t9e3s8n7v1m5p2c6b8d0f1a2z3x4y5w6r7t'

describe('secretHash', () => {
  // printf 'jane4qmr86u7hh5pd5s86l4lhfrubf' | openssl dgst -sha256 -hmac "$secret" -binary | base64
  it('is the HMAC of name and client id', () => {
    expect(secretHash('jane', clientId, secret)).toBe(
      'oiZG9zCGIi1pGJZGtyGc6iqJY0G1rIneAumq4/13G/A=',
    )
  })
})

describe('secretHashMatches', () => {
  const given = secretHash('jane', clientId, secret)
  const matches = (hash: string, usernames: readonly string[], clientSecrets: readonly string[]) =>
    secretHashMatches(hash, { usernames, clientId, clientSecrets })

  it('takes the hash over any of the names and under any of the secrets', () => {
    expect(matches(given, ['jane'], [secret])).toBe(true)
    expect(matches(given, ['jane@example.com', 'jane'], ['another', secret])).toBe(true)
  })

  it('refuses what is over another name, under another secret, for another client, or no hash', () => {
    expect(matches(given, ['Jane'], [secret])).toBe(false)
    expect(matches(given, ['jane'], ['another'])).toBe(false)
    expect(matches(given, [], [secret])).toBe(false)
    expect(matches(given, ['jane'], [])).toBe(false)
    expect(matches('', ['jane'], [secret])).toBe(false)
    expect(matches(`${given}=`, ['jane'], [secret])).toBe(false)
    expect(
      secretHashMatches(given, { usernames: ['jane'], clientId: 'x', clientSecrets: [secret] }),
    ).toBe(false)
  })
})

describe('clientSecretMatches', () => {
  it('takes any of the secrets and nothing else', () => {
    expect(clientSecretMatches(secret, ['another', secret])).toBe(true)
    expect(clientSecretMatches(secret, ['another'])).toBe(false)
    expect(clientSecretMatches('', [secret])).toBe(false)
  })
})
