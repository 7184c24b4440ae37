import { createHmac, randomBytes } from 'node:crypto'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { bytesOf, modularPower, modulus } from './modular-power.ts'
import {
  beginHandshake,
  createVerifier,
  parseClientPublic,
  passwordMatches,
  poolNameOf,
  proofMatches,
  type SrpHandshake,
  type SrpIdentity,
  type SrpVerifier,
  saltBytes,
  serverSecretBytes,
} from './srp.ts'
import { awkwardVector, ordinaryVector, type SrpVector } from './srp-vectors.test-data.ts'
import { unknownUserVerifier } from './unknown-user.ts'

/** The client's side: what amazon-cognito-identity-js runs in a browser, unmodified. */
interface ClientInteger {
  toString(radix: number): string
}
interface ClientHelper {
  getLargeAValue(callback: (error: unknown, A: ClientInteger) => void): void
  getPasswordAuthenticationKey(
    username: string,
    password: string,
    serverPublic: ClientInteger,
    salt: ClientInteger,
    callback: (error: unknown, key: Buffer) => void,
  ): void
}
const require = createRequire(import.meta.url)
const { AuthenticationHelper }: { AuthenticationHelper: new (poolName: string) => ClientHelper } =
  require('amazon-cognito-identity-js')
const { default: ClientInteger }: { default: new (digits: string, radix: 16) => ClientInteger } =
  require('amazon-cognito-identity-js/lib/BigInteger.js')

const timestamp = 'Fri Jan 2 03:04:05 UTC 2026'
const secretBlock = Buffer.from('a block that names a handshake').toString('base64')

class Client {
  readonly #helper: ClientHelper
  readonly #poolName: string

  constructor(poolName: string) {
    this.#poolName = poolName
    this.#helper = new AuthenticationHelper(poolName)
  }

  /** `SRP_A` as the client sends it. */
  publicValue(): string {
    let digits = ''
    this.#helper.getLargeAValue((_error, A) => {
      digits = A.toString(16)
    })
    return digits
  }

  /** `PASSWORD_CLAIM_SIGNATURE`, over the parts in the order the client concatenates them. */
  signature(username: string, password: string, salt: string, serverPublic: string): string {
    let key = Buffer.alloc(0)
    this.#helper.getPasswordAuthenticationKey(
      username,
      password,
      new ClientInteger(serverPublic, 16),
      new ClientInteger(salt, 16),
      (_error, derived) => {
        key = Buffer.from(derived)
      },
    )
    const message = Buffer.concat([
      Buffer.from(this.#poolName),
      Buffer.from(username),
      Buffer.from(secretBlock, 'base64'),
      Buffer.from(timestamp),
    ])
    return createHmac('sha256', key).update(message).digest('base64')
  }
}

const identity: SrpIdentity = { poolName: 'AbCdEf123', username: 'jane' }
const password = 'Correct-Horse7!'

function begin(verifier: SrpVerifier, srpA: string): SrpHandshake {
  const clientPublic = parseClientPublic(srpA)
  const handshake =
    clientPublic && beginHandshake(verifier, clientPublic, randomBytes(serverSecretBytes))
  if (!handshake) throw new Error('The handshake did not begin')
  return handshake
}

/** One sign-in as the client makes it; whether the server lets it in. */
function signIn(verifier: SrpVerifier, typed: { password: string } & SrpIdentity): boolean {
  const client = new Client(typed.poolName)
  const handshake = begin(verifier, client.publicValue())
  const signature = client.signature(
    typed.username,
    typed.password,
    verifier.salt,
    handshake.serverPublic,
  )
  return proofMatches(verifier, identity, handshake, { secretBlock, timestamp, signature })
}

const vectors: [string, SrpVector][] = [
  ['ordinary', ordinaryVector],
  ['awkward', awkwardVector],
]

describe.each(vectors)('the %s vector', (_name, vector) => {
  const handshake = { clientPublic: vector.A, serverPublic: vector.B, serverSecret: vector.b }
  const verifier = { salt: vector.salt, verifier: vector.v }

  it('gives the verifier', () => {
    const salt = Buffer.from(vector.salt.padStart(2 * saltBytes, '0'), 'hex')
    expect(createVerifier(vector, salt)).toEqual(verifier)
    expect(passwordMatches(verifier, vector)).toBe(true)
  })

  it('gives A from a, and B from b', () => {
    expect(modularPower(2n, BigInt(`0x${vector.a}`)).toString(16)).toBe(vector.A)
    const b = bytesOf(BigInt(`0x${vector.b}`))
    expect(beginHandshake(verifier, vector.A, b)).toEqual(handshake)
  })

  it('gives the signature', () => {
    expect(proofMatches(verifier, vector, handshake, vector)).toBe(true)
  })

  it.each([
    ['another signature', { signature: Buffer.alloc(32).toString('base64') }],
    ['a shorter signature', { signature: vector.signature.slice(0, 20) }],
    ['no signature', { signature: '' }],
    ['another time', { timestamp: 'Fri Jan 2 03:04:06 UTC 2026' }],
    ['another block', { secretBlock: 'AAAA' }],
  ])('refuses %s', (_what, change) => {
    expect(proofMatches(verifier, vector, handshake, { ...vector, ...change })).toBe(false)
  })

  it('refuses another user, pool, verifier and handshake', () => {
    const other = createVerifier({ ...vector, password: 'another' }, randomBytes(saltBytes))
    expect(proofMatches(other, vector, handshake, vector)).toBe(false)
    expect(proofMatches(verifier, { ...vector, username: 'x' }, handshake, vector)).toBe(false)
    expect(proofMatches(verifier, { ...vector, poolName: 'x' }, handshake, vector)).toBe(false)
    expect(proofMatches(verifier, vector, begin(verifier, vector.A), vector)).toBe(false)
  })
})

describe('with the client of amazon-cognito-identity-js', () => {
  // Odd lengths and high first bits of salt, A, B, S and u all occur among so many.
  it('lets the right password in, 12 times', () => {
    for (let round = 0; round < 12; round += 1) {
      const verifier = createVerifier({ ...identity, password }, randomBytes(saltBytes))
      expect(signIn(verifier, { ...identity, password })).toBe(true)
    }
  })

  it.each(['pässwörd-ΩΩ1A', '密码Aa1!', '🔑Aa1!aaa', 'Aa1!:colon'])('takes %s', (typed) => {
    const verifier = createVerifier({ ...identity, password: typed }, randomBytes(saltBytes))
    expect(signIn(verifier, { ...identity, password: typed })).toBe(true)
    expect(signIn(verifier, { ...identity, password: `${typed}x` })).toBe(false)
  })

  it('takes a salt that begins with zero bytes, which the wire drops', () => {
    const salt = Buffer.from('00000a00000000000000000000000001', 'hex')
    const verifier = createVerifier({ ...identity, password }, salt)
    expect(verifier.salt).toBe('a00000000000000000000000001')
    expect(signIn(verifier, { ...identity, password })).toBe(true)
  })

  it('refuses a wrong password, another user and another pool', () => {
    const verifier = createVerifier({ ...identity, password }, randomBytes(saltBytes))
    expect(signIn(verifier, { ...identity, password: 'correct-Horse7!' })).toBe(false)
    expect(signIn(verifier, { ...identity, username: 'Jane', password })).toBe(false)
    expect(signIn(verifier, { ...identity, poolName: 'other', password })).toBe(false)
  })

  it('lets nobody in as an unknown user', () => {
    const verifier = unknownUserVerifier(Buffer.alloc(32, 7), 'jane')
    expect(signIn(verifier, { ...identity, password })).toBe(false)
    expect(signIn(verifier, { ...identity, password: '' })).toBe(false)
  })
})

describe('parseClientPublic', () => {
  const N = modulus.toString(16)

  it.each([
    ['0', '0'],
    ['many zeros', '0'.repeat(10_000)],
    ['N', N],
    ['N in upper case', N.toUpperCase()],
    ['N with leading zeros', `000${N}`],
    ['2N', (2n * modulus).toString(16)],
    ['nothing', ''],
    ['no hexadecimal', 'xyz'],
    ['a prefix', '0x12'],
    ['a sign', '-12'],
    ['a line feed', '12\n'],
    ['769 digits', '1'.repeat(769)],
    ['10 kB', 'ab'.repeat(5_000)],
  ])('refuses %s', (_name, digits) => {
    expect(parseClientPublic(digits)).toBeUndefined()
  })

  it('takes what is left, as one form of each integer', () => {
    expect(parseClientPublic('1')).toBe('1')
    expect(parseClientPublic('000AbC')).toBe('abc')
    expect(parseClientPublic((modulus - 1n).toString(16))).toBe((modulus - 1n).toString(16))
    expect(parseClientPublic('f'.repeat(768))).toBe('f'.repeat(768))
  })

  // Without the check, S would be 0 and the key known to anybody.
  it('is what stands between a multiple of N and a sign-in without a password', () => {
    const verifier = createVerifier({ ...identity, password }, randomBytes(saltBytes))
    const forged = beginHandshake(verifier, N, randomBytes(serverSecretBytes))
    expect(forged).toBeDefined()
    expect(parseClientPublic(N)).toBeUndefined()
  })
})

describe('createVerifier', () => {
  it('keeps nothing of the password but a power of two', () => {
    const verifier = createVerifier({ ...identity, password }, randomBytes(saltBytes))
    expect(Object.keys(verifier)).toEqual(['salt', 'verifier'])
    expect(JSON.stringify(verifier)).not.toContain(password)
  })

  it('depends on the salt, the pool and the user', () => {
    const salt = randomBytes(saltBytes)
    const { verifier } = createVerifier({ ...identity, password }, salt)
    const others = [
      createVerifier({ ...identity, password }, randomBytes(saltBytes)),
      createVerifier({ ...identity, password, poolName: 'x' }, salt),
      createVerifier({ ...identity, password, username: 'x' }, salt),
    ]
    for (const other of others) expect(other.verifier).not.toBe(verifier)
  })
})

describe('passwordMatches', () => {
  it('tells the password from others', () => {
    const verifier = createVerifier({ ...identity, password }, randomBytes(saltBytes))
    expect(passwordMatches(verifier, { ...identity, password })).toBe(true)
    expect(passwordMatches(verifier, { ...identity, password: `${password} ` })).toBe(false)
    expect(passwordMatches(verifier, { ...identity, password: '' })).toBe(false)
  })
})

describe('poolNameOf', () => {
  it('is what follows the first underscore', () => {
    expect(poolNameOf('us-east-1_AbCdEf123')).toBe('AbCdEf123')
  })
})
