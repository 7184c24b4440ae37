/**
 * Signing in as `amazon-cognito-identity-js` does, request for request, but with OpenSSL's modular powers.
 * That client's own take most of a tenth of a second each: a server that waits for them is idle, and what
 * is measured then is what idling costs.
 *
 * Its exponents are drawn once, and what follows from a password is kept: nothing here is secret.
 */
import {
  createDiffieHellman,
  createHash,
  createHmac,
  getDiffieHellman,
  hkdfSync,
  randomBytes,
} from 'node:crypto'
import http from 'node:http'
import type { Ready } from './vivarium.ts'

const modulusBytes = getDiffieHellman('modp15').getPrime()
const N = integerOf(modulusBytes)
const g = 2n
const group = createDiffieHellman(modulusBytes, Number(g))
const k = integerOf(sha256(padded(N), padded(g)))
const a = integerOf(randomBytes(32))
const A = power(g, a)

/** Somebody who signs in again and again. */
export interface Person {
  /** @throws Error if there are no tokens in the end */
  signIn(): Promise<void>
}

/** A person of a user pool, over connections that are kept. */
export function createPerson(
  { userPools, userPoolId, clientId }: Ready,
  {
    email,
    password,
    agent,
  }: { readonly email: string; readonly password: string; agent: http.Agent },
): Person {
  const poolName = userPoolId.slice(userPoolId.indexOf('_') + 1)
  let known: { readonly x: bigint; readonly verifier: bigint } | undefined
  const verifierOf = (salt: string, username: string) => {
    const credentials = sha256(Buffer.from(`${poolName}${username}:${password}`))
    const x = integerOf(sha256(padded(BigInt(`0x${salt}`)), credentials))
    return { x, verifier: power(g, x) }
  }
  const ask = (operation: string, body: object) => call(userPools, agent, operation, body)
  return {
    async signIn() {
      const { ChallengeParameters } = (await ask('InitiateAuth', {
        AuthFlow: 'USER_SRP_AUTH',
        ClientId: clientId,
        AuthParameters: { USERNAME: email, SRP_A: A.toString(16) },
        ClientMetadata: {},
      })) as { readonly ChallengeParameters: Readonly<Record<string, string>> }
      const { SALT = '', SRP_B = '', SECRET_BLOCK = '', USER_ID_FOR_SRP = '' } = ChallengeParameters
      known ??= verifierOf(SALT, USER_ID_FOR_SRP)
      const { key, TIMESTAMP } = { key: sharedKey(known, BigInt(`0x${SRP_B}`)), TIMESTAMP: now() }
      const signature = createHmac('sha256', key)
        .update(poolName)
        .update(USER_ID_FOR_SRP)
        .update(Buffer.from(SECRET_BLOCK, 'base64'))
        .update(TIMESTAMP)
        .digest('base64')
      const answer = await ask('RespondToAuthChallenge', {
        ChallengeName: 'PASSWORD_VERIFIER',
        ClientId: clientId,
        ChallengeResponses: {
          USERNAME: USER_ID_FOR_SRP,
          PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
          TIMESTAMP,
          PASSWORD_CLAIM_SIGNATURE: signature,
        },
        ClientMetadata: {},
      })
      if (!('AuthenticationResult' in answer)) throw new Error(`${email} got no tokens`)
    },
  }
}

/** `(B - k·g^x)^(a + u·x)`, in powers of 256 bits. */
function sharedKey(
  { x, verifier }: { readonly x: bigint; readonly verifier: bigint },
  B: bigint,
): Buffer {
  const u = integerOf(sha256(padded(A), padded(B)))
  const base = B + N - ((k * verifier) % N)
  const S = (power(base, a) * power(power(base, u), x)) % N
  return Buffer.from(hkdfSync('sha256', padded(S), padded(u), 'Caldera Derived Key', 16))
}

/** `Fri Jan 2 03:04:05 UTC 2026` */
function now(): string {
  const [weekday = '', day = '', month, year, time] = new Date().toUTCString().split(' ')
  return `${weekday.slice(0, 3)} ${month} ${Number(day)} ${time} UTC ${year}`
}

function call(url: string, agent: http.Agent, operation: string, body: object): Promise<object> {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
      'x-amz-user-agent': 'aws-amplify/5.0.4 js amazon-cognito-identity-js',
      'cache-control': 'no-store',
    }
    const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (response.statusCode === 200) resolve(JSON.parse(text) as object)
        else reject(new Error(`${operation}: ${response.statusCode} ${text}`))
      })
    })
    request.on('error', reject)
    request.end(JSON.stringify(body))
  })
}

function power(base: bigint, exponent: bigint): bigint {
  group.setPrivateKey(bytesOf(exponent))
  return integerOf(group.computeSecret(bytesOf(base % N)))
}

function integerOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString('hex')}`)
}

function bytesOf(integer: bigint): Buffer {
  const hex = integer.toString(16)
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
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
