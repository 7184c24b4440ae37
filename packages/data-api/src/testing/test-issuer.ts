/** An issuer of tokens: a real server of its keys on this machine, and the keys to sign with. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { ExprArg } from 'faunadb'
import { exportJWK, generateKeyPair, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose'
import { onTestFinished } from 'vitest'
import { q } from './test-data-api.ts'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

/** RSA keys that all tests share: making one takes longer than most tests. */
const keyPairs: readonly KeyPair[] = await Promise.all(
  Array.from({ length: 3 }, () => generateKeyPair('RS256', { extractable: true })),
)

/** The public key of one of the pairs, as a JWK set lists it. */
export async function publicJwk(pair: number, more: JWK = {}): Promise<JWK> {
  return {
    ...(await exportJWK(keyPair(pair).publicKey)),
    kid: `key${pair}`,
    use: 'sig',
    alg: 'RS256',
    ...more,
  }
}

function keyPair(index: number): KeyPair {
  const pair = keyPairs[index]
  if (pair === undefined) throw new Error(`there is no key pair ${index}`)
  return pair
}

/** What a token claims, true to form or not. */
export type Claims = Readonly<Record<string, unknown>>

/** How a token is signed. */
export interface SigningOptions {
  /** Default 0. */
  readonly pair?: number
  /** Default: what is usual for the pair. */
  readonly header?: {
    readonly alg?: string
    /** Null for none. */
    readonly kid?: string | null
    readonly crit?: string[]
  }
}

/** A server of keys. */
export interface TestIssuer {
  /** Its address: the issuer in its tokens. */
  readonly url: string
  readonly jwksUri: string
  /** The headers of the requests so far. */
  readonly requests: readonly IncomingHttpHeaders[]
  /** What it answers from now on. */
  answer(how: (response: ServerResponse, headers: IncomingHttpHeaders) => void): void
  /** Lists these keys from now on. */
  publish(...keys: readonly JWK[]): void
  sign(claims: Claims, options?: SigningOptions): Promise<string>
}

/** Starts an issuer, for one test, which lists the first of the keys. */
export async function startIssuer(): Promise<TestIssuer> {
  const requests: IncomingHttpHeaders[] = []
  let respond: (response: ServerResponse, headers: IncomingHttpHeaders) => void = () => {}
  const server = createServer((request, response) => {
    requests.push(request.headers)
    respond(response, request.headers)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const url = `http://127.0.0.1:${port}`
  const answer: TestIssuer['answer'] = (how) => {
    respond = how
  }
  const publish: TestIssuer['publish'] = (...keys) =>
    answer((response) => sendJson(response, { keys }))
  publish(await publicJwk(0))
  return {
    url,
    jwksUri: `${url}/.well-known/jwks.json`,
    requests,
    answer,
    publish,
    sign: async (claims, { pair = 0, header = {} } = {}) => {
      const { alg = 'RS256', kid = `key${pair}`, crit } = header
      // The key of a pair is for one algorithm; as a JWK it is for any.
      const key = await importJWK(await exportJWK(keyPair(pair).privateKey), alg)
      const extensions = Object.fromEntries((crit ?? []).map((name) => [name, true]))
      return new SignJWT({ iss: url, ...claims } as JWTPayload)
        .setProtectedHeader({
          alg,
          ...(kid !== null && { kid }),
          ...(crit && { crit, ...extensions }),
        })
        .sign(key, { crit: extensions })
    },
  }
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, body: object, headers: object = {}): void {
  response.writeHead(200, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

/** Whoever can be asked. */
interface Querying {
  query(expression: ExprArg): Promise<unknown>
}

/** A database that accepts the tokens of an issuer. */
export interface TestProvider<Caller> {
  readonly issuer: TestIssuer
  /** `aud` of tokens for the database. */
  readonly audience: string
  /** A driver with a token of these claims, for the database. */
  signedIn(claims?: Claims, options?: SigningOptions): Promise<Caller>
}

/**
 * Lets the database of an admin key accept an issuer's tokens, through the provider `people`, for the role
 * `reader`, which reads the collection `spells`.
 */
export async function withProvider<Caller>(
  { admin, as }: { readonly admin: Querying; readonly as: (secret: string) => Caller },
  fields: object = {},
): Promise<TestProvider<Caller>> {
  const issuer = await startIssuer()
  await admin.query(q.CreateCollection({ name: 'spells' }))
  await admin.query(q.Create(q.Ref(q.Collection('spells'), 1), { data: { name: 'fire' } }))
  const privileges = [{ resource: q.Collection('spells'), actions: { read: true } }]
  await admin.query(q.CreateRole({ name: 'reader', privileges }))
  const provider = q.CreateAccessProvider({
    name: 'people',
    issuer: issuer.url,
    jwks_uri: issuer.jwksUri,
    roles: 'reader',
    ...fields,
  })
  const audience = String(await admin.query(q.Select('audience', provider, '')))
  return {
    issuer,
    audience,
    signedIn: async (claims = {}, options) =>
      as(await issuer.sign({ aud: audience, sub: 'ged', ...claims }, options)),
  }
}
