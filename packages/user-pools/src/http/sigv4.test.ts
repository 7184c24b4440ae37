import {
  CognitoIdentityProviderClient,
  DescribeUserPoolCommand,
  GetUserCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  refusalOf,
  startTestServer,
  type TestServer,
  testCredentials,
  testRegion,
} from '../testing/test-server.ts'

let server: TestServer
let poolId: string

beforeAll(async () => {
  server = await startTestServer()
  poolId = (await server.createPool()).poolId
})

afterAll(() => server.close())

const describePool = (client: CognitoIdentityProviderClient) =>
  client.send(new DescribeUserPoolCommand({ UserPoolId: poolId }))

/** A signed request of the SDK. */
interface SignedRequest {
  readonly headers: Record<string, string>
  body: Uint8Array
}

function isSignedRequest(request: unknown): request is SignedRequest {
  return typeof request === 'object' && request !== null && 'headers' in request
}

/** A client that signs as configured and changes the request afterwards. */
function tampering(change: (request: SignedRequest) => void): CognitoIdentityProviderClient {
  const client = server.connect()
  client.middlewareStack.add(
    (next) => (args) => {
      if (isSignedRequest(args.request)) change(args.request)
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low' },
  )
  return client
}

describe('an administrative request', () => {
  it('signed with the configured pair is answered', async () => {
    const { UserPool } = await describePool(server.sdk)
    expect(UserPool?.Id).toBe(poolId)
  })

  it('without a signature is refused, whatever it names', async () => {
    const unsigned = {
      status: 400,
      text: '{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}',
    }
    expect(await server.call('DescribeUserPool', { UserPoolId: poolId })).toMatchObject(unsigned)
    expect(await server.call('DescribeUserPool', { UserPoolId: 'x_Nowhere' })).toMatchObject(
      unsigned,
    )
    expect(
      await server.call('DescribeUserPool', { UserPoolId: poolId }, { authorization: '' }),
    ).toMatchObject(unsigned)
  })

  it('whose shape is wrong is told so before its signature is looked at', async () => {
    const { text } = await server.call('DescribeUserPool', {})
    expect(JSON.parse(text).__type).toBe('InvalidParameterException')
  })

  it('of an unknown key is refused with 403', async () => {
    const stranger = server.connect({
      credentials: { ...testCredentials, accessKeyId: 'stranger' },
    })
    expect(await refusalOf(describePool(stranger))).toEqual([
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    ])
    await expect(describePool(stranger)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    })
  })

  const wrong =
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

  it('signed with another secret is refused', async () => {
    const forger = server.connect({ credentials: { ...testCredentials, secretAccessKey: 'guess' } })
    expect(await refusalOf(describePool(forger))).toEqual(['InvalidSignatureException', wrong])
    await expect(describePool(forger)).rejects.toMatchObject({ $metadata: { httpStatusCode: 403 } })
  })

  it('whose body was altered on the way is refused', async () => {
    const client = tampering((request) => {
      const altered = Buffer.from(request.body)
        .toString()
        .replace(poolId, `${poolId.slice(0, -1)}x`)
      expect(altered).toHaveLength(request.body.length)
      request.body = Buffer.from(altered)
    })
    expect(await refusalOf(describePool(client))).toEqual(['InvalidSignatureException', wrong])
  })

  it('whose target was altered on the way is refused', async () => {
    const client = tampering((request) => {
      request.headers['x-amz-target'] = 'AWSCognitoIdentityProviderService.DeleteUserPool'
    })
    expect(await refusalOf(describePool(client))).toEqual(['InvalidSignatureException', wrong])
    expect((await describePool(server.sdk)).UserPool?.Id).toBe(poolId)
  })

  it('whose time was altered on the way is refused', async () => {
    const client = tampering((request) => {
      const time = request.headers['x-amz-date'] ?? ''
      request.headers['x-amz-date'] = time.replace(/\d{2}Z$/, '59Z')
    })
    expect(await refusalOf(describePool(client))).toEqual(['InvalidSignatureException', wrong])
  })

  it('whose target is not under the signature is refused', async () => {
    const client = tampering((request) => {
      request.headers.authorization = (request.headers.authorization ?? '').replace(
        ';x-amz-target',
        '',
      )
    })
    expect(await refusalOf(describePool(client))).toEqual([
      'InvalidSignatureException',
      "'x-amz-target' must be a 'SignedHeader' in the AWS Authorization.",
    ])
  })

  it('for another region is refused', async () => {
    expect(await refusalOf(describePool(server.connect({ region: 'eu-west-1' })))).toEqual([
      'InvalidSignatureException',
      "Credential should be scoped to a valid region, not 'eu-west-1'. ",
    ])
  })

  it.each([
    ['Bearer abc', /^Authorization header requires 'AWS4-HMAC-SHA256' as its algorithm/],
    ['AWS4-HMAC-SHA256', /^Authorization header requires 'AWS4-HMAC-SHA256' as its algorithm/],
    [
      'AWS4-HMAC-SHA256 Credential=local/20260203/us-east-1/cognito-idp/aws4_request',
      /^Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter.$/,
    ],
    [
      'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=00',
      /^Credential must have exactly 5 slash-delimited elements/,
    ],
  ])('with the header %s is incomplete', async (authorization, message) => {
    const { status, text } = await server.call(
      'DescribeUserPool',
      { UserPoolId: poolId },
      { authorization },
    )
    expect([status, JSON.parse(text).__type]).toEqual([400, 'IncompleteSignatureException'])
    expect(JSON.parse(text).message).toMatch(message)
  })

  it.each(['', '0', 'zz'.repeat(32), '00'.repeat(32), '00'.repeat(500)])(
    'with the signature %j is wrong',
    async (signature) => {
      const client = tampering((request) => {
        request.headers.authorization = (request.headers.authorization ?? '').replace(
          /Signature=.*$/,
          `Signature=${signature}`,
        )
      })
      const [name] = await refusalOf(describePool(client))
      expect(name).toBe(
        signature === '' ? 'IncompleteSignatureException' : 'InvalidSignatureException',
      )
    },
  )

  it('is good for a quarter of an hour, either way', async () => {
    // This client signs at the time of this machine, which is not the server's.
    const client = new CognitoIdentityProviderClient({
      endpoint: server.url,
      region: testRegion,
      credentials: testCredentials,
      maxAttempts: 1,
    })
    const signedAfterSeconds = async (seconds: number) => {
      client.middlewareStack.remove('test-time')
      client.middlewareStack.add(
        (next) => (args) => {
          client.config.systemClockOffset = server.clock.nowMs() - Date.now() + seconds * 1000
          return next(args)
        },
        { step: 'build', name: 'test-time' },
      )
      return describePool(client)
    }
    await signedAfterSeconds(-14 * 60)
    await signedAfterSeconds(14 * 60)
    const [late, lateText] = await refusalOf(signedAfterSeconds(-16 * 60))
    expect(late).toBe('InvalidSignatureException')
    expect(lateText).toMatch(/^Signature expired: 20260203T1144\d\dZ is now earlier than /)
    const [early, earlyText] = await refusalOf(signedAfterSeconds(16 * 60))
    expect(early).toBe('InvalidSignatureException')
    expect(earlyText).toMatch(/^Signature not yet current: 20260203T121\d{3}Z is still later than /)
  })
})

describe('a public request', () => {
  it('needs no signature, and one that is wrong does not matter', async () => {
    const forger = server.connect({ credentials: { ...testCredentials, secretAccessKey: 'guess' } })
    const token = { AccessToken: 'a.b.c' }
    expect(await refusalOf(forger.send(new GetUserCommand(token)))).toEqual([
      'NotAuthorizedException',
      'Invalid Access Token',
    ])
    const bogus = await server.call('GetUser', token, { authorization: 'nonsense' })
    expect(JSON.parse(bogus.text).message).toBe('Invalid Access Token')
  })
})

describe('without configured pairs', () => {
  it('nobody can sign', async () => {
    const closed = await startTestServer({ credentials: [] })
    const [name] = await refusalOf(
      closed.sdk.send(new DescribeUserPoolCommand({ UserPoolId: poolId })),
    )
    expect(name).toBe('UnrecognizedClientException')
    await closed.close()
  })
})
