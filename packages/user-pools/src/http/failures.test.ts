import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  ForgotPasswordCommand,
  ListUserPoolsCommand,
  ResendConfirmationCodeCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { openMemoryStore } from '@vivarium/store'
import { describe, expect, it } from 'vitest'
import { DeliveryError } from '../messages/message.ts'
import { refusalOf, startTestServer, testPassword } from '../testing/test-server.ts'
import { faults } from './rendering.ts'

const signUp = (ClientId: string) =>
  new SignUpCommand({
    ClientId,
    Username: 'jane',
    Password: testPassword,
    UserAttributes: [{ Name: 'email', Value: 'jane@example.com' }],
  })

describe('a store that is away', () => {
  it('makes the service unavailable, for verifiers too', async () => {
    const store = openMemoryStore()
    const server = await startTestServer({ store })
    const { poolId } = await server.createPool()
    await store.close()
    await expect(
      server.sdk.send(new ListUserPoolsCommand({ MaxResults: 1 })),
    ).rejects.toMatchObject({ name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } })
    const keys = await fetch(`${server.url}/${poolId}/.well-known/jwks.json`)
    expect([keys.status, await keys.text()]).toEqual([
      503,
      '{"__type":"ServiceUnavailable","message":"Service is temporarily unavailable."}',
    ])
    expect(keys.headers.get('access-control-allow-origin')).toBe('*')
    expect(server.events).toEqual([
      { kind: 'store-failed', operation: 'ListUserPools', code: 'closed' },
      { kind: 'store-failed', operation: 'jwks.json', code: 'closed' },
    ])
    await server.close()
  })
})

describe('a messenger', () => {
  it('that cannot deliver is told as such, and the user is there', async () => {
    const server = await startTestServer({
      messenger: {
        async deliver() {
          throw new DeliveryError('The mail server is away')
        },
      },
    })
    const { clientId } = await server.createPool()
    expect(await refusalOf(server.sdk.send(signUp(clientId)))).toEqual([
      'CodeDeliveryFailureException',
      'Unable to deliver the verification code.',
    ])
    expect(await refusalOf(server.sdk.send(signUp(clientId)))).toEqual([
      'UsernameExistsException',
      'User already exists',
    ])
    expect(server.events).toEqual([{ kind: 'delivery-failed', error: expect.any(DeliveryError) }])
    await server.close()
  })

  it('with a bug costs the request alone, and tells the client nothing of it', async () => {
    const server = await startTestServer({
      messenger: {
        async deliver() {
          throw new TypeError('detail')
        },
      },
    })
    const { clientId } = await server.createPool()
    const { status, text } = await server.call('SignUp', signUp(clientId).input)
    expect([status, text]).toEqual([
      500,
      '{"__type":"InternalErrorException","message":"Internal server error"}',
    ])
    expect(server.events).toEqual([
      { kind: 'bug', operation: 'SignUp', error: expect.any(TypeError) },
    ])
    const unknown = new ForgotPasswordCommand({ ClientId: clientId, Username: 'nobody' })
    expect((await refusalOf(server.sdk.send(unknown)))[0]).toBe('UserNotFoundException')
    await expect(server.close()).rejects.toThrow('What must not happen did')
  })
})

describe('a messenger of a client that hides its users', () => {
  const hiding = { PreventUserExistenceErrors: 'ENABLED' } as const

  /** A server whose messenger does this, and a confirmed and an unconfirmed user. */
  async function withUsers(deliver: () => Promise<void>) {
    const server = await startTestServer({ messenger: { deliver } })
    const byEmail = { RecoveryMechanisms: [{ Priority: 1, Name: 'verified_email' as const }] }
    const { poolId, clientId } = await server.createPool(
      { AccountRecoverySetting: byEmail },
      hiding,
    )
    const emailOf = (name: string) => [
      { Name: 'email', Value: `${name}@example.com` },
      { Name: 'email_verified', Value: 'true' },
    ]
    await server.sdk.send(
      new AdminCreateUserCommand({
        UserPoolId: poolId,
        Username: 'known',
        MessageAction: 'SUPPRESS',
        UserAttributes: emailOf('known'),
      }),
    )
    await server.sdk.send(
      new AdminSetUserPasswordCommand({
        UserPoolId: poolId,
        Username: 'known',
        Password: testPassword,
        Permanent: true,
      }),
    )
    const forgot = (Username: string) =>
      server.sdk.send(new ForgotPasswordCommand({ ClientId: clientId, Username }))
    const resend = (Username: string) =>
      server.sdk.send(new ResendConfirmationCodeCommand({ ClientId: clientId, Username }))
    return { server, clientId, forgot, resend }
  }

  it('is not waited for: the answer for a known user comes although nothing is sent', async () => {
    const asked: unknown[] = []
    let send = () => {}
    const sent = new Promise<void>((resolve) => {
      send = resolve
    })
    // Sign-up tells anyhow that a name is taken, so it may tell that no message could be sent.
    let isSigningUp = true
    const { server, clientId, forgot, resend } = await withUsers(() => {
      if (isSigningUp) return Promise.resolve()
      asked.push('a message')
      return sent
    })
    await server.sdk.send(signUp(clientId))
    isSigningUp = false
    const { CodeDeliveryDetails: ofKnown } = await forgot('known')
    expect(ofKnown).toEqual({
      AttributeName: 'email',
      DeliveryMedium: 'EMAIL',
      Destination: 'k***@e***',
    })
    expect((await forgot('nobody')).CodeDeliveryDetails).toMatchObject({ DeliveryMedium: 'EMAIL' })
    expect((await resend(signUp(clientId).input.Username ?? '')).CodeDeliveryDetails).toMatchObject(
      { DeliveryMedium: 'EMAIL' },
    )
    await expect.poll(() => asked).toEqual(['a message', 'a message'])
    send()
    await server.close()
  })

  it('that cannot deliver is an event, and no answer tells of it', async () => {
    const { server, forgot } = await withUsers(async () => {
      throw new DeliveryError('The mail server is away')
    })
    expect((await forgot('known')).CodeDeliveryDetails).toBeDefined()
    expect((await forgot('nobody')).CodeDeliveryDetails).toBeDefined()
    await expect
      .poll(() => server.events)
      .toEqual([{ kind: 'delivery-failed', error: expect.any(DeliveryError) }])
    await server.close()
  })
})

describe('a fault below the handler', () => {
  it.each([
    [400, 'BadRequestException'],
    [408, 'RequestTimeoutException'],
    [431, 'RequestHeaderSectionTooLargeException'],
  ] as const)('of %i is answered in the shape of the protocol', (status, code) => {
    expect(faults.badRequest(status)).toMatchObject({
      status,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amzn-errortype': `${code}:`,
      },
      body: JSON.stringify({ __type: code, message: '' }),
    })
  })

  it('that is nobody’s tells nothing', () => {
    expect(faults.internalError('6c2c1c3e-7f5e-4a43-9a3a-6a6b3c2b8a11')).toMatchObject({
      status: 500,
      body: '{"__type":"InternalErrorException","message":"Internal server error"}',
    })
    expect(faults.unavailable()).toMatchObject({
      status: 503,
      body: '{"__type":"ServiceUnavailable","message":"Service is temporarily unavailable."}',
    })
  })
})
