import {
  AddCustomAttributesCommand,
  CreateUserPoolCommand,
  type CreateUserPoolCommandInput,
  DeleteUserPoolCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  GetUserPoolMfaConfigCommand,
  InitiateAuthCommand,
  ListTagsForResourceCommand,
  ListUserPoolsCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateUserPoolCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { standardAttributes } from '../model/schema.ts'
import { everyFlow, signIn } from '../testing/people.ts'
import { refusalOf, startTestServer, type TestServer } from '../testing/test-server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

const create = async (input: Partial<CreateUserPoolCommandInput> = {}) => {
  const { UserPool } = await server.sdk.send(
    new CreateUserPoolCommand({ PoolName: 'app', ...input }),
  )
  return UserPool ?? {}
}
const describePool = async (UserPoolId = '') => {
  const { UserPool } = await server.sdk.send(new DescribeUserPoolCommand({ UserPoolId }))
  return UserPool ?? {}
}
const invalid = (message: string) => ['InvalidParameterException', message]
const unknownPool = ['ResourceNotFoundException', 'User pool us-east-1_Nowhere00 does not exist.']
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:tokens'

describe('CreateUserPool', () => {
  it('makes a pool of which nothing but the name is known, with the defaults', async () => {
    const pool = await create()
    const now = new Date(server.clock.nowMs())
    expect(pool).toEqual({
      Id: expect.stringMatching(/^us-east-1_[0-9A-Za-z]{9}$/),
      Name: 'app',
      Arn: `arn:aws:cognito-idp:us-east-1:000000000000:userpool/${pool.Id}`,
      Policies: {
        PasswordPolicy: {
          MinimumLength: 8,
          RequireUppercase: true,
          RequireLowercase: true,
          RequireNumbers: true,
          RequireSymbols: true,
          TemporaryPasswordValidityDays: 7,
        },
        SignInPolicy: { AllowedFirstAuthFactors: ['PASSWORD'] },
      },
      DeletionProtection: 'INACTIVE',
      LambdaConfig: {},
      LastModifiedDate: now,
      CreationDate: now,
      SchemaAttributes: expect.any(Array),
      VerificationMessageTemplate: { DefaultEmailOption: 'CONFIRM_WITH_CODE' },
      MfaConfiguration: 'OFF',
      EstimatedNumberOfUsers: 0,
      EmailConfiguration: { EmailSendingAccount: 'COGNITO_DEFAULT' },
      UserPoolTags: {},
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: false, UnusedAccountValidityDays: 7 },
      UserPoolTier: 'ESSENTIALS',
    })
    expect(await describePool(pool.Id)).toEqual(pool)
  })

  it('tells the standard attributes in their order', async () => {
    const { SchemaAttributes = [] } = await create()
    expect(SchemaAttributes.map(({ Name }) => Name)).toEqual(
      standardAttributes.map(({ Name }) => Name),
    )
    const byName = Object.fromEntries(SchemaAttributes.map((one) => [one.Name, one]))
    expect(byName.sub).toEqual({
      Name: 'sub',
      AttributeDataType: 'String',
      DeveloperOnlyAttribute: false,
      Mutable: false,
      Required: true,
      StringAttributeConstraints: { MinLength: '1', MaxLength: '2048' },
    })
    expect(byName.birthdate?.StringAttributeConstraints).toEqual({
      MinLength: '10',
      MaxLength: '10',
    })
    expect(byName.updated_at?.NumberAttributeConstraints).toEqual({ MinValue: '0' })
    expect(byName.email_verified?.AttributeDataType).toBe('Boolean')
  })

  it('keeps what it is given', async () => {
    const given = {
      Policies: { PasswordPolicy: { MinimumLength: 12, RequireNumbers: true } },
      DeletionProtection: 'ACTIVE',
      LambdaConfig: {
        PreSignUp: functionArn,
        PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: functionArn },
      },
      AutoVerifiedAttributes: ['email'],
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      VerificationMessageTemplate: { EmailMessage: 'Code: {####}', EmailSubject: 'Hello' },
      UserPoolTags: { team: 'movies' },
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
      AccountRecoverySetting: {
        RecoveryMechanisms: [{ Priority: 1, Name: 'verified_email' }],
      },
      UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
      UserPoolTier: 'LITE',
    } satisfies Partial<CreateUserPoolCommandInput>
    expect(await create(given)).toMatchObject({
      ...given,
      Policies: {
        PasswordPolicy: {
          MinimumLength: 12,
          RequireUppercase: false,
          RequireLowercase: false,
          RequireNumbers: true,
          RequireSymbols: false,
          TemporaryPasswordValidityDays: 7,
        },
      },
      VerificationMessageTemplate: {
        DefaultEmailOption: 'CONFIRM_WITH_CODE',
        EmailMessage: 'Code: {####}',
        EmailSubject: 'Hello',
      },
    })
  })

  it('keeps custom attributes under their full names, and what changed in standard ones', async () => {
    const { SchemaAttributes = [] } = await create({
      Schema: [
        { Name: 'email', Required: true, AttributeDataType: 'String' },
        {
          Name: 'tenant',
          AttributeDataType: 'String',
          Mutable: false,
          StringAttributeConstraints: { MinLength: '1', MaxLength: '8' },
        },
        {
          Name: 'age',
          AttributeDataType: 'Number',
          NumberAttributeConstraints: { MinValue: '0', MaxValue: '150' },
        },
        { Name: 'notes', AttributeDataType: 'String', DeveloperOnlyAttribute: true },
      ],
    })
    const byName = Object.fromEntries(SchemaAttributes.map((one) => [one.Name, one]))
    expect(byName.email).toMatchObject({ Required: true, Mutable: true })
    expect(byName['custom:tenant']).toEqual({
      Name: 'custom:tenant',
      AttributeDataType: 'String',
      DeveloperOnlyAttribute: false,
      Mutable: false,
      Required: false,
      StringAttributeConstraints: { MinLength: '1', MaxLength: '8' },
    })
    expect(byName['custom:age']).toMatchObject({
      NumberAttributeConstraints: { MinValue: '0', MaxValue: '150' },
    })
    expect(byName['dev:custom:notes']).toMatchObject({ DeveloperOnlyAttribute: true })
  })

  it('gives the id that a tag chooses, once', async () => {
    const UserPoolTags = { _custom_id_: 'us-east-1_Movies001' }
    expect((await create({ UserPoolTags })).Id).toBe('us-east-1_Movies001')
    expect(await refusalOf(create({ UserPoolTags }))).toEqual(
      invalid('User pool us-east-1_Movies001 already exists.'),
    )
    for (const id of ['Movies001', 'eu-west-1_Movies001', 'us-east-1_a_b', 'us-east-1_']) {
      const [name] = await refusalOf(create({ UserPoolTags: { _custom_id_: id } }))
      expect(name).toBe('InvalidParameterException')
    }
  })

  it.each<[string, Partial<CreateUserPoolCommandInput>, string]>([
    [
      'user names and aliases together',
      { UsernameAttributes: ['email'], AliasAttributes: ['phone_number'] },
      'Only one of the aliasAttributes or usernameAttributes can be set in a user pool.',
    ],
    [
      'a required custom attribute',
      { Schema: [{ Name: 'x', AttributeDataType: 'String', Required: true }] },
      'Required custom attributes are not supported currently.',
    ],
    [
      'another type for a standard attribute',
      { Schema: [{ Name: 'email', AttributeDataType: 'Number' }] },
      'You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute email',
    ],
    [
      'a custom attribute without a type',
      { Schema: [{ Name: 'x' }] },
      'Invalid AttributeDataType input, consider using the provided AttributeDataType enum.',
    ],
    [
      'a custom attribute twice',
      {
        Schema: [
          { Name: 'x', AttributeDataType: 'String' },
          { Name: 'x', AttributeDataType: 'Number' },
        ],
      },
      'custom:x: Existing attribute already has name custom:x.',
    ],
    [
      'a length beyond all bounds',
      {
        Schema: [
          {
            Name: 'x',
            AttributeDataType: 'String',
            StringAttributeConstraints: { MaxLength: '2049' },
          },
        ],
      },
      'user.custom:x: String attributes cannot have a length of more than 2048',
    ],
    [
      'lengths in the wrong order',
      {
        Schema: [
          {
            Name: 'x',
            AttributeDataType: 'String',
            StringAttributeConstraints: { MinLength: '9', MaxLength: '8' },
          },
        ],
      },
      'user.custom:x: Max length cannot be less than min length.',
    ],
    [
      'values in the wrong order',
      {
        Schema: [
          {
            Name: 'x',
            AttributeDataType: 'Number',
            NumberAttributeConstraints: { MinValue: '9', MaxValue: '8' },
          },
        ],
      },
      'user.custom:x: Max value cannot be less than min value.',
    ],
    [
      'two functions for one trigger',
      {
        LambdaConfig: {
          PreTokenGeneration: functionArn,
          PreTokenGenerationConfig: { LambdaVersion: 'V1_0', LambdaArn: `${functionArn}2` },
        },
      },
      'PreTokenGeneration and PreTokenGenerationConfig must name the same Lambda function.',
    ],
  ])('refuses %s', async (_, input, message) => {
    expect(await refusalOf(create(input))).toEqual(invalid(message))
  })

  it('refuses second factors, which we do not ask for, rather than forget them', async () => {
    const refusal = [
      'NotImplementedException',
      'Vivarium does not implement the MfaConfiguration ON.',
    ]
    expect(await refusalOf(create({ MfaConfiguration: 'ON' }))).toEqual(refusal)
    const { Id: UserPoolId } = await create()
    const update = new UpdateUserPoolCommand({ UserPoolId, MfaConfiguration: 'ON' })
    expect(await refusalOf(server.sdk.send(update))).toEqual(refusal)
  })

  it.each<[string, Partial<CreateUserPoolCommandInput>, string]>([
    ['a name', { PoolName: 'a/b' }, "Value 'a/b' at 'poolName' failed"],
    ['a long name', { PoolName: 'x'.repeat(129) }, "at 'poolName' failed"],
    [
      'a policy',
      { Policies: { PasswordPolicy: { MinimumLength: 5 } } },
      "Value '5' at 'policies.passwordPolicy.minimumLength' failed to satisfy constraint: Member must have value greater than or equal to 6",
    ],
    ['an ARN', { LambdaConfig: { PreSignUp: 'tokens' } }, "at 'lambdaConfig.preSignUp' failed"],
    [
      'a message without its code',
      { EmailVerificationMessage: 'Hello there' },
      "at 'emailVerificationMessage' failed to satisfy constraint: Member must satisfy regular expression pattern",
    ],
    ['an empty schema', { Schema: [] }, "at 'schema' failed"],
  ])('checks the shape of %s', async (_, input, part) => {
    const [name, message] = await refusalOf(create(input))
    expect(name).toBe('InvalidParameterException')
    expect(message).toContain(part)
  })
})

describe('DescribeUserPool', () => {
  it('counts users', async () => {
    const pool = await server.createPool()
    await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
    expect((await describePool(pool.poolId)).EstimatedNumberOfUsers).toBe(1)
  })

  it('knows no pool that does not exist', async () => {
    expect(await refusalOf(describePool('us-east-1_Nowhere00'))).toEqual(unknownPool)
  })
})

describe('UpdateUserPool', () => {
  const update = (input: Omit<UpdateUserPoolCommand['input'], 'UserPoolId'>, UserPoolId = '') =>
    server.sdk.send(new UpdateUserPoolCommand({ UserPoolId, ...input }))

  it('puts back to its default what it is not given', async () => {
    const before = await create({
      PoolName: 'before',
      Policies: { PasswordPolicy: { MinimumLength: 20 } },
      AutoVerifiedAttributes: ['email'],
      LambdaConfig: { PreSignUp: functionArn },
      UserPoolTags: { team: 'movies' },
      UserPoolTier: 'PLUS',
    })
    server.clock.advanceSeconds(60)
    await update({ AdminCreateUserConfig: { AllowAdminCreateUserOnly: true } }, before.Id)
    const after = await describePool(before.Id)
    const { SchemaAttributes: _, ...fresh } = await create({
      PoolName: 'before',
      AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    })
    expect(after).toMatchObject({
      ...fresh,
      Id: before.Id,
      Arn: before.Arn,
      CreationDate: before.CreationDate,
      LastModifiedDate: new Date(server.clock.nowMs()),
    })
    expect(after.AutoVerifiedAttributes).toBeUndefined()
  })

  it('leaves alone what is fixed at creation', async () => {
    const { Id } = await create({
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
      Schema: [{ Name: 'tenant', AttributeDataType: 'String' }],
    })
    await update({ PoolName: 'renamed' }, Id)
    const after = await describePool(Id)
    expect(after).toMatchObject({
      Name: 'renamed',
      UsernameAttributes: ['email'],
      UsernameConfiguration: { CaseSensitive: false },
    })
    expect(after.SchemaAttributes?.map(({ Name }) => Name)).toContain('custom:tenant')
  })

  it('knows no pool that does not exist', async () => {
    expect(await refusalOf(update({}, 'us-east-1_Nowhere00'))).toEqual(unknownPool)
  })
})

describe('AddCustomAttributes', () => {
  const add = (UserPoolId: string | undefined, ...names: readonly string[]) =>
    server.sdk.send(
      new AddCustomAttributesCommand({
        UserPoolId,
        CustomAttributes: names.map((Name) => ({ Name, AttributeDataType: 'String' })),
      }),
    )

  it('adds to the schema, up to 50 in all', async () => {
    const { Id } = await create({ Schema: [{ Name: 'first', AttributeDataType: 'String' }] })
    await add(Id, ...Array.from({ length: 25 }, (_, index) => `a${index}`))
    await add(Id, ...Array.from({ length: 24 }, (_, index) => `b${index}`))
    const { SchemaAttributes = [] } = await describePool(Id)
    expect(SchemaAttributes.filter(({ Name }) => Name?.startsWith('custom:'))).toHaveLength(50)
    const [name] = await refusalOf(add(Id, 'last'))
    expect(name).toBe('InvalidParameterException')
  })

  it('adds nothing if one name is taken', async () => {
    const { Id } = await create({ Schema: [{ Name: 'first', AttributeDataType: 'String' }] })
    expect(await refusalOf(add(Id, 'second', 'first'))).toEqual(
      invalid('custom:first: Existing attribute already has name custom:first.'),
    )
    const { SchemaAttributes = [] } = await describePool(Id)
    expect(SchemaAttributes.map(({ Name }) => Name)).not.toContain('custom:second')
  })

  it('wants names, at most 25 at once and of 20 characters', async () => {
    const { Id } = await create()
    for (const names of [
      [],
      Array.from({ length: 26 }, (_, index) => `a${index}`),
      ['x'.repeat(21)],
    ]) {
      const [name] = await refusalOf(add(Id, ...names))
      expect(name).toBe('InvalidParameterException')
    }
    const nameless = new AddCustomAttributesCommand({
      UserPoolId: Id,
      CustomAttributes: [{ AttributeDataType: 'String' }],
    })
    expect(await refusalOf(server.sdk.send(nameless))).toEqual(
      invalid('A custom attribute must have a name.'),
    )
  })
})

describe('ListUserPools', () => {
  it('lists every pool once, a page at a time', async () => {
    const listing = await startTestServer()
    const made: string[] = []
    for (const name of ['a', 'b', 'c']) {
      const { UserPool } = await listing.sdk.send(new CreateUserPoolCommand({ PoolName: name }))
      made.push(UserPool?.Id ?? '')
    }
    const first = await listing.sdk.send(new ListUserPoolsCommand({ MaxResults: 2 }))
    expect(first.UserPools).toHaveLength(2)
    expect(first.UserPools?.[0]).toEqual({
      Id: expect.any(String),
      Name: expect.any(String),
      LambdaConfig: {},
      CreationDate: expect.any(Date),
      LastModifiedDate: expect.any(Date),
    })
    const second = await listing.sdk.send(
      new ListUserPoolsCommand({ MaxResults: 2, NextToken: first.NextToken }),
    )
    expect(second.NextToken).toBeUndefined()
    const listed = [...(first.UserPools ?? []), ...(second.UserPools ?? [])].map(({ Id }) => Id)
    expect(listed.sort()).toEqual(made.sort())
    await listing.close()
  })

  it.each(['nonsense', '', 'bnVsbA', 'WyJhIiwxLCIiXQ'])(
    'refuses the token %j',
    async (NextToken) => {
      const [name] = await refusalOf(
        server.sdk.send(new ListUserPoolsCommand({ MaxResults: 2, NextToken })),
      )
      expect(name).toBe('InvalidParameterException')
    },
  )

  it('must be told how many', async () => {
    const [, message] = await refusalOf(
      server.sdk.send(new ListUserPoolsCommand({ MaxResults: undefined })),
    )
    expect(message).toContain("Value null at 'maxResults'")
    for (const MaxResults of [0, 61]) {
      const [name] = await refusalOf(server.sdk.send(new ListUserPoolsCommand({ MaxResults })))
      expect(name).toBe('InvalidParameterException')
    }
  })
})

describe('DeleteUserPool', () => {
  const remove = (UserPoolId: string) => server.sdk.send(new DeleteUserPoolCommand({ UserPoolId }))

  it('ends the pool, its clients, its keys and its tokens at once', async () => {
    const pool = await server.createPool({}, everyFlow)
    await server.signUp(pool, { username: 'jane', email: 'jane@example.com' })
    const { accessToken } = await signIn(server, pool, { username: 'jane' })
    await remove(pool.poolId)
    const gone = (id: string) => ['ResourceNotFoundException', `User pool ${id} does not exist.`]
    expect(await refusalOf(describePool(pool.poolId))).toEqual(gone(pool.poolId))
    expect(
      await refusalOf(
        server.sdk.send(
          new DescribeUserPoolClientCommand({ UserPoolId: pool.poolId, ClientId: pool.clientId }),
        ),
      ),
    ).toEqual(gone(pool.poolId))
    const keys = await fetch(`${server.url}/${pool.poolId}/.well-known/jwks.json`)
    expect(keys.status).toBe(404)
    const { text } = await server.call('GetUser', { AccessToken: accessToken })
    expect(JSON.parse(text)).toEqual({
      __type: 'NotAuthorizedException',
      message: 'Invalid Access Token',
    })
    const signInAgain = new InitiateAuthCommand({
      ClientId: pool.clientId,
      AuthFlow: 'USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: 'jane', PASSWORD: 'x' },
    })
    expect(await refusalOf(server.sdk.send(signInAgain))).toEqual([
      'ResourceNotFoundException',
      `User pool client ${pool.clientId} does not exist.`,
    ])
  })

  it('answers with an empty body', async () => {
    const { Id = '' } = await create()
    const bodies: unknown[] = []
    const client = server.connect()
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args)
        bodies.push(result.response)
        return result
      },
      { step: 'deserialize', priority: 'low' },
    )
    await client.send(new DeleteUserPoolCommand({ UserPoolId: Id }))
    expect(bodies).toMatchObject([{ statusCode: 200, headers: { 'content-length': '0' } }])
  })

  it('refuses a protected pool until it is not', async () => {
    const { Id = '' } = await create({ DeletionProtection: 'ACTIVE' })
    expect(await refusalOf(remove(Id))).toEqual(
      invalid(
        'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
      ),
    )
    await server.sdk.send(new UpdateUserPoolCommand({ UserPoolId: Id }))
    await remove(Id)
    expect((await refusalOf(describePool(Id)))[0]).toBe('ResourceNotFoundException')
  })

  it('knows no pool that does not exist', async () => {
    expect(await refusalOf(remove('us-east-1_Nowhere00'))).toEqual(unknownPool)
  })
})

describe('tags', () => {
  it('are set, changed and removed', async () => {
    const { Arn: ResourceArn } = await create({ UserPoolTags: { team: 'movies' } })
    const tags = async () =>
      (await server.sdk.send(new ListTagsForResourceCommand({ ResourceArn }))).Tags
    await server.sdk.send(
      new TagResourceCommand({ ResourceArn, Tags: { team: 'films', cost: '7' } }),
    )
    expect(await tags()).toEqual({ team: 'films', cost: '7' })
    await server.sdk.send(new UntagResourceCommand({ ResourceArn, TagKeys: ['cost', 'none'] }))
    expect(await tags()).toEqual({ team: 'films' })
  })

  it.each<[string, readonly string[]]>([
    ['arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_Nowhere00', unknownPool],
    [functionArn, invalid(`${functionArn} is not the ARN of a user pool.`)],
  ])('of %s do not exist', async (ResourceArn, refusal) => {
    expect(
      await refusalOf(server.sdk.send(new ListTagsForResourceCommand({ ResourceArn }))),
    ).toEqual(refusal)
    expect(
      await refusalOf(server.sdk.send(new TagResourceCommand({ ResourceArn, Tags: {} }))),
    ).toEqual(refusal)
    expect(
      await refusalOf(server.sdk.send(new UntagResourceCommand({ ResourceArn, TagKeys: [] }))),
    ).toEqual(refusal)
  })
})

describe('GetUserPoolMfaConfig', () => {
  it('is off', async () => {
    const { Id: UserPoolId } = await create()
    const { $metadata: _, ...answer } = await server.sdk.send(
      new GetUserPoolMfaConfigCommand({ UserPoolId }),
    )
    expect(answer).toEqual({ MfaConfiguration: 'OFF' })
  })

  it('knows no pool that does not exist', async () => {
    const command = new GetUserPoolMfaConfigCommand({ UserPoolId: 'us-east-1_Nowhere00' })
    expect(await refusalOf(server.sdk.send(command))).toEqual(unknownPool)
  })
})
