import { CreateUserPoolCommand } from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

describe('the handler', () => {
  it('answers a signed request of the SDK', async () => {
    const { UserPool } = await server.sdk.send(new CreateUserPoolCommand({ PoolName: 'app' }))
    expect(UserPool?.Id).toMatch(/^us-east-1_[0-9A-Za-z]{9}$/)
  })

  it('shows the keys of a pool to verifiers', async () => {
    const { poolId } = await server.createPool()
    const response = await fetch(`${server.url}/${poolId}/.well-known/jwks.json`)
    expect(await response.json()).toMatchObject({ keys: [{ kty: 'RSA' }, { kty: 'RSA' }] })
  })
})
