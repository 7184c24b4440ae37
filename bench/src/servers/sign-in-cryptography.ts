/**
 * The reference of the sign-in benchmark: what the server's side of one sign-in must compute whoever
 * writes it. Three powers with 256-bit exponents in SRP's 3072-bit group (`g^b`, `v^u`, `(A·v^u)^b`) and two
 * RSA signatures with a 2048-bit key, the ID token's and the access token's.
 *
 * Prints one line of JSON: `{"cpuMicros"}`, the processor time of one such sign-in in microseconds.
 */
import {
  createDiffieHellman,
  generateKeyPairSync,
  getDiffieHellman,
  randomBytes,
  sign,
} from 'node:crypto'

const rounds = 300
const tokenBytes = 1_000

const group = createDiffieHellman(getDiffieHellman('modp15').getPrime(), 2)
const base = Buffer.concat([Buffer.from([1]), randomBytes(380)])
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })

function signIn(): void {
  for (let power = 0; power < 3; power++) {
    group.setPrivateKey(randomBytes(32))
    group.computeSecret(base)
  }
  for (let token = 0; token < 2; token++) sign('RSA-SHA256', randomBytes(tokenBytes), privateKey)
}

for (let i = 0; i < rounds / 3; i++) signIn()
const before = process.cpuUsage()
for (let i = 0; i < rounds; i++) signIn()
const { user, system } = process.cpuUsage(before)
process.stdout.write(`${JSON.stringify({ cpuMicros: (user + system) / rounds })}\n`)
