/** What people do, by the AWS SDK: for tests that begin with somebody who is signed in. */
import {
  type AuthenticationResultType,
  GetUserCommand,
  InitiateAuthCommand,
  RespondToAuthChallengeCommand,
  type RespondToAuthChallengeCommandOutput,
} from '@aws-sdk/client-cognito-identity-provider'
import type { Store } from '@vivarium/store'
import { createSrpClient, srpTimestamp } from './srp-client.ts'
import { refusalOf, type TestPool, type TestServer, testPassword } from './test-server.ts'

/** The flows that most tests want. */
export const everyFlow = {
  ExplicitAuthFlows: [
    'ALLOW_USER_PASSWORD_AUTH',
    'ALLOW_ADMIN_USER_PASSWORD_AUTH',
    'ALLOW_USER_SRP_AUTH',
    'ALLOW_CUSTOM_AUTH',
    'ALLOW_REFRESH_TOKEN_AUTH',
  ],
} satisfies Parameters<TestServer['createPool']>[1]

/** The tokens of a sign-in. */
export interface Tokens {
  readonly accessToken: string
  readonly idToken: string
  readonly refreshToken: string
}

/** @throws if a token is missing */
export function tokensOf(result: AuthenticationResultType | undefined): Tokens {
  const { AccessToken, IdToken, RefreshToken } = result ?? {}
  if (!AccessToken || !IdToken || !RefreshToken) throw new Error('A token is missing')
  return { accessToken: AccessToken, idToken: IdToken, refreshToken: RefreshToken }
}

/** Signs in with USER_PASSWORD_AUTH. */
export async function signIn(
  { sdk }: TestServer,
  { clientId }: TestPool,
  { username, password = testPassword }: { readonly username: string; readonly password?: string },
): Promise<Tokens> {
  const { AuthenticationResult } = await sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: username, PASSWORD: password },
    }),
  )
  return tokensOf(AuthenticationResult)
}

/** Signs in with USER_SRP_AUTH; what the second step answered. */
export async function answerSrp(
  { sdk, clock }: TestServer,
  { clientId, poolId }: TestPool,
  { username, password = testPassword }: { readonly username: string; readonly password?: string },
): Promise<RespondToAuthChallengeCommandOutput> {
  const client = createSrpClient(poolId)
  const { ChallengeParameters = {} } = await sdk.send(
    new InitiateAuthCommand({
      ClientId: clientId,
      AuthFlow: 'USER_SRP_AUTH',
      AuthParameters: { USERNAME: username, SRP_A: client.srpA },
    }),
  )
  return sdk.send(
    new RespondToAuthChallengeCommand({
      ClientId: clientId,
      ChallengeName: 'PASSWORD_VERIFIER',
      ChallengeResponses: client.answer(ChallengeParameters, password, srpTimestamp(clock.nowMs())),
    }),
  )
}

/** The attributes that GetUser tells. */
export async function attributesOf(
  { sdk }: TestServer,
  accessToken: string,
): Promise<Readonly<Record<string, string>>> {
  const { UserAttributes = [] } = await sdk.send(new GetUserCommand({ AccessToken: accessToken }))
  return Object.fromEntries(UserAttributes.map(({ Name = '', Value = '' }) => [Name, Value]))
}

/** How GetUser refuses an access token. */
export function refusalOfToken({ sdk }: TestServer, accessToken: string) {
  return refusalOf(sdk.send(new GetUserCommand({ AccessToken: accessToken })))
}

/** Everything in a store, to compare before and after. */
export async function dump(store: Store): Promise<ReadonlyMap<string, string>> {
  const { value } = await store.transact(
    (transaction) =>
      new Map(
        [...transaction.range(Buffer.of(0), Buffer.alloc(2, 0xff))].map(({ key, value: bytes }) => [
          Buffer.from(key).toString('latin1'),
          Buffer.from(bytes).toString('utf8'),
        ]),
      ),
    { intent: 'read' },
  )
  return value
}

/** How a call is refused that leaves the store as it was; fails if it does not. */
export async function refusedWithoutTrace(
  { store }: TestServer,
  call: () => Promise<unknown>,
): Promise<readonly [string, string]> {
  const before = await dump(store)
  const refusal = await refusalOf(call())
  const after = await dump(store)
  const changed = [...after].filter(([key, value]) => before.get(key) !== value)
  if (changed.length > 0 || after.size !== before.size) {
    throw new Error(`${refusal.join(': ')} left a trace: ${JSON.stringify(changed)}`)
  }
  return refusal
}

/** Another code than the one that was sent. */
export function wrongCode(code: string): string {
  return code.replace(/^./, (digit) => (digit === '0' ? '1' : '0'))
}

/** What no test but one about it may provoke: bugs, and errors that an operation does not declare. */
export function faultsOf({ events }: TestServer): readonly object[] {
  return events.filter(({ kind }) => kind === 'bug' || kind === 'undeclared-error')
}
