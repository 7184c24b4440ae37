import {
  AdminCreateUserCommand,
  ForgotPasswordCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { openMemoryStore } from '@vivarium/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dump, everyFlow, signIn } from './testing/people.ts'
import { refusalOf, startTestServer, type TestServer, testPassword } from './testing/test-server.ts'

const store = openMemoryStore()
let server: TestServer
/** Everything that nobody but its owner may read. */
const secrets: string[] = []

beforeAll(async () => {
  server = await startTestServer({
    store,
    sessionsEnded: async () => {
      throw new Error('away')
    },
  })
  let isFailing = false
  const functionArn = server.functions.define('sometimes', (event) => {
    if (isFailing) throw new Error('Not now')
    return event
  })
  const pool = await server.createPool(
    { LambdaConfig: { PreTokenGeneration: functionArn, PreSignUp: functionArn } },
    everyFlow,
  )
  await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
  secrets.push(testPassword, server.codeSentTo('jane@example.com'))
  const tokens = await signIn(server, pool, { username: 'jane' })
  secrets.push(...Object.values(tokens))
  await server.sdk.send(
    new AdminCreateUserCommand({
      UserPoolId: pool.poolId,
      Username: 'john',
      DesiredDeliveryMediums: ['EMAIL'],
      UserAttributes: [{ Name: 'email', Value: 'john@example.com' }],
    }),
  )
  secrets.push(server.codeSentTo('john@example.com'))
  const invited = await server.sdk.send(
    new InitiateAuthCommand({
      ClientId: pool.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'john', PASSWORD: server.codeSentTo('john@example.com') },
    }),
  )
  secrets.push(invited.Session ?? '')
  await server.sdk.send(new ForgotPasswordCommand({ ClientId: pool.clientId, Username: 'jane' }))
  secrets.push(server.codeSentTo('jane@example.com'))

  // From here on, everything fails.
  isFailing = true
  await refusalOf(signIn(server, pool, { username: 'jane' }))
  await refusalOf(signIn(server, pool, { username: 'jane', password: 'Wrong-Horse-9' }))
  secrets.push('Wrong-Horse-9')
  await refusalOf(
    server.sdk.send(
      new SignUpCommand({ ClientId: pool.clientId, Username: 'joe', Password: 'Hidden-Horse-9' }),
    ),
  )
  secrets.push('Hidden-Horse-9')
  await server.call('GlobalSignOut', { AccessToken: tokens.accessToken })
  await server.call('GetUser', `{"AccessToken":"${tokens.accessToken}"`)
})

afterAll(async () => {
  await server.close()
  await store.close()
})

describe('a secret', () => {
  it('is none of the things that the tests forgot to look for', () => {
    expect(secrets).toHaveLength(10)
    for (const secret of secrets) expect(secret.length).toBeGreaterThanOrEqual(6)
  })

  it('does not stand in the store', async () => {
    const kept = [...(await dump(store)).entries()].flat().join('\n')
    expect(kept).toContain('jane@example.com')
    for (const secret of secrets) expect(kept.includes(secret)).toBe(false)
  })

  it('is told to no operator', () => {
    const kinds = server.events.map(({ kind }) => kind)
    expect(kinds).toContain('trigger-failed')
    expect(kinds).toContain('hook-failed')
    const told = JSON.stringify(server.events, (_, value) =>
      value instanceof Error ? `${value.stack}` : value,
    )
    for (const secret of secrets) expect(told.includes(secret)).toBe(false)
  })

  it('is in no event of a trigger that does not need it', () => {
    const told = JSON.stringify(server.functions.events)
    for (const secret of secrets) expect(told.includes(secret)).toBe(false)
  })
})
