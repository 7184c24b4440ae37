/** A server that is switched between the two secrets of the data API, and back. */
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type Ready,
  startVivarium,
  temporaryDirectory,
  type VivariumProcess,
} from '../testing/vivarium-process.ts'

const email = 'ann@example.com'
const password = 'Corr3ct-horse'
const idTokens = { VIVARIUM_DATA_API_SECRET: 'id-token' }

/** The user pools, as an administrator sees them. */
function poolsOf({ userPools: endpoint = '' }: Ready): CognitoIdentityProvider {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const pools = new CognitoIdentityProvider({ endpoint, region: 'us-east-1', credentials })
  onTestFinished(() => pools.destroy())
  return pools
}

async function signUp(ready: Ready): Promise<void> {
  const pools = poolsOf(ready)
  const { userPoolId: UserPoolId } = ready
  await pools.adminCreateUser({
    UserPoolId,
    Username: email,
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: email },
      { Name: 'email_verified', Value: 'true' },
    ],
  })
  await pools.adminSetUserPassword({
    UserPoolId,
    Username: email,
    Password: password,
    Permanent: true,
  })
}

async function idTokenOf(ready: Ready): Promise<string> {
  const { AuthenticationResult } = await poolsOf(ready).initiateAuth({
    ClientId: ready.clientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: email, PASSWORD: password },
  })
  return AuthenticationResult?.IdToken ?? ''
}

async function statusOf({ dataApi = '' }: Ready, secret: string): Promise<number> {
  const headers = { authorization: `Bearer ${secret}` }
  return (await fetch(dataApi, { method: 'POST', headers, body: '1' })).status
}

async function secretKindOf({ web }: Ready): Promise<unknown> {
  const configuration: { dataApiSecret?: unknown } = await (
    await fetch(`${web}/config.json`)
  ).json()
  return configuration.dataApiSecret
}

async function triggerOf(ready: Ready): Promise<string | undefined> {
  const { UserPool } = await poolsOf(ready).describeUserPool({ UserPoolId: ready.userPoolId })
  return UserPool?.LambdaConfig?.PreTokenGenerationConfig?.LambdaArn
}

describe('the secret of the data API', () => {
  test('is the ID token as long as the server is started so, and not a start longer', async () => {
    const dataDir = temporaryDirectory()
    let running: VivariumProcess | undefined
    const ports = ['data-api', 'user-pools', 'functions', 'web']
    let words: readonly string[] = []
    const restart = async (environment = {}): Promise<Ready> => {
      await running?.stop()
      running = startVivarium(dataDir, words, environment)
      const ready = await running.ready()
      const { dataApi = '', userPools = '', functions = '', web = '' } = ready
      words = [dataApi, userPools, functions, web].map(
        (url, index) => `--${ports[index]}-port=${new URL(url).port}`,
      )
      return ready
    }

    const fauna = await restart()
    await signUp(fauna)
    expect(await secretKindOf(fauna)).toBe('fauna')
    expect(await statusOf(fauna, await idTokenOf(fauna))).toBe(401)

    const switched = await restart(idTokens)
    expect([switched.userPoolId, switched.clientId]).toEqual([fauna.userPoolId, fauna.clientId])
    expect(await secretKindOf(switched)).toBe('id-token')
    expect(await triggerOf(switched)).toBeUndefined()
    const idToken = await idTokenOf(switched)
    expect(await statusOf(switched, idToken)).toBe(200)

    const same = await restart(idTokens)
    expect(await statusOf(same, idToken)).toBe(200)
    const another = await restart({ ...idTokens, VIVARIUM_ISSUER: 'https://id.example.com' })
    expect(await statusOf(another, idToken)).toBe(401)
    expect(await statusOf(another, await idTokenOf(another))).toBe(200)

    const back = await restart()
    expect(await secretKindOf(back)).toBe('fauna')
    expect(await triggerOf(back)).toBe(await triggerOf(fauna))
    expect(await statusOf(back, idToken)).toBe(401)
    expect(await statusOf(back, await idTokenOf(back))).toBe(401)
  })
})
