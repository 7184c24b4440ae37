/**
 * User pools that listen on a free port, and the unmodified clients that tests use them with: the AWS
 * SDK, and plain HTTP for what no client would send.
 */
import {
  CognitoIdentityProviderClient,
  ConfirmSignUpCommand,
  CreateUserPoolClientCommand,
  type CreateUserPoolClientCommandInput,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { listen } from '@vivarium/http'
import type { Store } from '@vivarium/store'
import { openTestStore } from '@vivarium/store/testing'
import type { SessionsEnded, UserPoolEvent } from '../environment.ts'
import {
  bodyBytesMax,
  createUserPools,
  faults,
  type UserPools,
  type UserPoolsOptions,
} from '../index.ts'
import { createMailbox, type Mailbox } from '../messages/mailbox.ts'
import { issuerOf } from '../tokens/discovery.ts'
import { createTestClock, type TestClock } from './clock.ts'
import { createTestFunctions, type TestFunctions } from './functions.ts'

/** The pair that signs in tests. */
export const testCredentials = { accessKeyId: 'local', secretAccessKey: 'local-secret' }

/** The region of tests. */
export const testRegion = 'us-east-1'

/** A pool with one app client. */
export interface TestPool {
  readonly poolId: string
  readonly clientId: string
  readonly clientSecret: string | undefined
}

/** What a test may want otherwise. */
export interface TestServerOptions {
  /** Default: one of its own, empty. The caller closes a store it gives. */
  readonly store?: Store
  readonly clock?: TestClock
  readonly credentials?: UserPoolsOptions['credentials']
  /** The issuer of all pools, without the pool's id. Default: the server's own address. */
  readonly issuer?: string
  readonly quotas?: boolean
  readonly triggers?: UserPoolsOptions['triggers']
  readonly allowedOrigins?: readonly string[]
  readonly sessionsEnded?: UserPoolsOptions['sessionsEnded']
  /** Default: the mailbox. */
  readonly messenger?: UserPoolsOptions['messenger']
}

/** A listening server and what it did. */
export interface TestServer {
  readonly url: string
  readonly store: Store
  readonly clock: TestClock
  readonly mailbox: Mailbox
  readonly functions: TestFunctions
  /** What operators were told. */
  readonly events: UserPoolEvent[]
  /** What the hook was told. */
  readonly ended: SessionsEnded[]
  readonly pools: UserPools
  /** Signs what needs a signature, by the server's clock. */
  readonly sdk: CognitoIdentityProviderClient
  /** An SDK client with another pair, region or the like. */
  connect(
    config?: Partial<ConstructorParameters<typeof CognitoIdentityProviderClient>[0]>,
  ): CognitoIdentityProviderClient
  /** A pool and an app client in it. */
  createPool(
    pool?: Partial<CreateUserPoolCommandInput>,
    client?: Partial<CreateUserPoolClientCommandInput>,
  ): Promise<TestPool>
  /** The newest code that was sent to this address. */
  codeSentTo(address: string): string
  /** Signs a user up and confirms them with the code in the mailbox; returns the `sub`. */
  signUp(pool: TestPool, user: TestUser): Promise<string>
  /** A request that is no client's: the target without its prefix, a body as it stands. */
  call(
    operation: string,
    body: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<RawAnswer>
  /** @throws if an operation had a bug, or answered with an error that it does not declare */
  close(): Promise<void>
}

/** A user that tests sign up. */
export interface TestUser {
  readonly username: string
  readonly password?: string
  readonly email: string
  readonly attributes?: Readonly<Record<string, string>>
}

/** An answer, as it came. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** A password that every default policy accepts. */
export const testPassword = 'Correct-Horse-7'

/** Starts one. Close it when done. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const store = options.store ?? openTestStore()
  const clock = options.clock ?? createTestClock()
  const mailbox = createMailbox({ now: clock.nowMs })
  const functions = createTestFunctions()
  const events: UserPoolEvent[] = []
  const ended: SessionsEnded[] = []
  let base = ''
  const pools = createUserPools({
    store,
    region: testRegion,
    issuerOf: (poolId) => issuerOf(options.issuer ?? base, poolId),
    credentials: options.credentials ?? [testCredentials],
    invoke: functions.invoke,
    messenger: options.messenger ?? mailbox,
    now: clock.nowMs,
    quotas: options.quotas ?? true,
    ...(options.triggers !== undefined && { triggers: options.triggers }),
    ...(options.allowedOrigins !== undefined && { allowedOrigins: options.allowedOrigins }),
    async sessionsEnded(what) {
      ended.push(what)
      await options.sessionsEnded?.(what)
    },
    onEvent: (event) => events.push(event),
  })
  const listener = await listen(pools.handler, {
    host: '127.0.0.1',
    port: 0,
    faults,
    bodyBytesMax,
  })
  base = listener.url
  const connect: TestServer['connect'] = (config) => {
    const client = new CognitoIdentityProviderClient({
      endpoint: listener.url,
      region: testRegion,
      credentials: testCredentials,
      maxAttempts: 1,
      ...config,
    })
    // Signatures are made at the time of the server, not of this machine.
    client.middlewareStack.add(
      (next) => (args) => {
        client.config.systemClockOffset = clock.nowMs() - Date.now()
        return next(args)
      },
      { step: 'build' },
    )
    return client
  }
  const sdk = connect()
  return {
    ...helpers(listener.url, sdk, mailbox),
    url: listener.url,
    store,
    clock,
    mailbox,
    functions,
    events,
    ended,
    pools,
    sdk,
    connect,
    async close() {
      sdk.destroy()
      await listener.close({ drainMs: 0 })
      await pools.close()
      if (options.store === undefined) await store.close()
      const broken = events.filter(({ kind }) => kind === 'bug' || kind === 'undeclared-error')
      if (broken.length > 0) throw new Error(`What must not happen did: ${JSON.stringify(broken)}`)
    },
  }
}

type Helpers = Pick<TestServer, 'createPool' | 'codeSentTo' | 'signUp' | 'call'>

function helpers(url: string, sdk: CognitoIdentityProviderClient, mailbox: Mailbox): Helpers {
  const codeSentTo = (address: string): string => {
    const found = mailbox.list().find(({ to }) => to === address)
    if (found === undefined) throw new Error(`Nothing was sent to ${address}`)
    return found.code
  }
  return {
    codeSentTo,
    async createPool(pool = {}, client = {}) {
      const { UserPool } = await sdk.send(
        new CreateUserPoolCommand({
          PoolName: 'movies',
          AutoVerifiedAttributes: ['email'],
          ...pool,
        }),
      )
      const poolId = UserPool?.Id ?? ''
      const { UserPoolClient } = await sdk.send(
        new CreateUserPoolClientCommand({ UserPoolId: poolId, ClientName: 'web', ...client }),
      )
      return {
        poolId,
        clientId: UserPoolClient?.ClientId ?? '',
        clientSecret: UserPoolClient?.ClientSecret,
      }
    },
    async signUp({ clientId }, { username, password = testPassword, email, attributes = {} }) {
      const { UserSub = '' } = await sdk.send(
        new SignUpCommand({
          ClientId: clientId,
          Username: username,
          Password: password,
          UserAttributes: Object.entries({ email, ...attributes }).map(([Name, Value]) => ({
            Name,
            Value,
          })),
        }),
      )
      await sdk.send(
        new ConfirmSignUpCommand({
          ClientId: clientId,
          Username: username,
          ConfirmationCode: codeSentTo(email),
        }),
      )
      return UserSub
    },
    async call(operation, body, headers = {}) {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.1',
          'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
          ...headers,
        },
        body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      })
      return { status: response.status, headers: response.headers, text: await response.text() }
    },
  }
}

/** What a call was refused with: `[name, message]`. Fails if it was answered. */
export async function refusalOf(call: Promise<unknown>): Promise<readonly [string, string]> {
  try {
    await call
  } catch (error) {
    if (error instanceof Error) return [error.name, error.message]
    throw error
  }
  throw new Error('The call was answered')
}
