import {
  CreateResourceServerCommand,
  type CreateResourceServerCommandInput,
  DeleteResourceServerCommand,
  DescribeResourceServerCommand,
  ListResourceServersCommand,
  UpdateResourceServerCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { refusalOf, startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer
let UserPoolId: string

beforeAll(async () => {
  server = await startTestServer()
})

beforeEach(async () => {
  UserPoolId = (await server.createPool()).poolId
})

afterAll(() => server.close())

const Identifier = 'https://movies.example'
const Scopes = [{ ScopeName: 'read', ScopeDescription: 'Reading movies' }]
const missing = [
  'ResourceNotFoundException',
  'Resource server https://movies.example does not exist.',
]

const create = async (input: Partial<CreateResourceServerCommandInput> = {}) => {
  const command = new CreateResourceServerCommand({
    UserPoolId,
    Identifier,
    Name: 'Movies',
    ...input,
  })
  return (await server.sdk.send(command)).ResourceServer
}
const describeServer = async () =>
  (await server.sdk.send(new DescribeResourceServerCommand({ UserPoolId, Identifier })))
    .ResourceServer
const update = (Name: string) =>
  server.sdk.send(new UpdateResourceServerCommand({ UserPoolId, Identifier, Name }))
const remove = () => server.sdk.send(new DeleteResourceServerCommand({ UserPoolId, Identifier }))

describe('a resource server', () => {
  it('is made, told, replaced and deleted', async () => {
    const made = { UserPoolId, Identifier, Name: 'Movies', Scopes }
    expect(await create({ Scopes })).toEqual(made)
    expect(await describeServer()).toEqual(made)
    const { ResourceServer } = await update('Films')
    expect(ResourceServer).toEqual({ ...made, Name: 'Films', Scopes: [] })
    expect(await describeServer()).toEqual(ResourceServer)
    await remove()
    expect(await refusalOf(describeServer())).toEqual(missing)
  })

  it('has an identifier of its own', async () => {
    await create()
    expect(await refusalOf(create())).toEqual([
      'InvalidParameterException',
      `https://movies.example already exists in user pool ${UserPoolId}.`,
    ])
  })

  it('must exist to be told, replaced or deleted', async () => {
    for (const call of [describeServer(), update('x'), remove()]) {
      expect(await refusalOf(call)).toEqual(missing)
    }
  })

  it('must be in a pool that exists', async () => {
    expect(await refusalOf(create({ UserPoolId: 'us-east-1_Nowhere00' }))).toEqual([
      'ResourceNotFoundException',
      'User pool us-east-1_Nowhere00 does not exist.',
    ])
  })

  it.each<[string, Partial<CreateResourceServerCommandInput>]>([
    ['an identifier with a space', { Identifier: 'a b' }],
    ['an identifier with a quote', { Identifier: 'a"b' }],
    ['no name', { Name: undefined }],
    ['a scope with a slash', { Scopes: [{ ScopeName: 'a/b', ScopeDescription: 'x' }] }],
    ['a scope without a description', { Scopes: [{ ScopeName: 'a', ScopeDescription: '' }] }],
  ])('may not have %s', async (_, input) => {
    expect((await refusalOf(create(input)))[0]).toBe('InvalidParameterException')
  })

  it('is one of at most 25, which are listed a page at a time', async () => {
    const identifiers = Array.from({ length: 25 }, (_, index) => `api${index}`)
    for (const identifier of identifiers) await create({ Identifier: identifier })
    expect((await refusalOf(create()))[0]).toBe('LimitExceededException')
    const list = (NextToken?: string) =>
      server.sdk.send(new ListResourceServersCommand({ UserPoolId, MaxResults: 20, NextToken }))
    const first = await list()
    const second = await list(first.NextToken)
    expect([first.ResourceServers?.length, second.ResourceServers?.length]).toEqual([20, 5])
    expect(second.NextToken).toBeUndefined()
    const listed = [...(first.ResourceServers ?? []), ...(second.ResourceServers ?? [])]
    expect(listed.map((one) => one.Identifier)).toEqual(identifiers.toSorted())
    const all = await server.sdk.send(new ListResourceServersCommand({ UserPoolId }))
    expect(all.ResourceServers).toHaveLength(25)
    const tooMany = new ListResourceServersCommand({ UserPoolId, MaxResults: 51 })
    expect((await refusalOf(server.sdk.send(tooMany)))[0]).toBe('InvalidParameterException')
  })
})
