/** What administrators do, by the AWS SDK: for tests about users they make and change. */
import {
  AdminCreateUserCommand,
  type AdminCreateUserCommandInput,
  AdminGetUserCommand,
  type AdminGetUserCommandOutput,
  InitiateAuthCommand,
  type InitiateAuthCommandOutput,
  type UserType,
} from '@aws-sdk/client-cognito-identity-provider'
import type { TestPool, TestServer } from './test-server.ts'

/** A confirmed user. */
export interface Person {
  readonly username: string
  readonly email: string
  readonly sub: string
}

/** An administrator at work; each function is about the default pool unless it is given another. */
export interface Administration {
  /** A name that nobody has. */
  newName(): string
  /** How a request names a user. */
  named(Username: string, pool?: TestPool): { UserPoolId: string; Username: string }
  /** A user who signed up, with the e-mail address verified. */
  person(): Promise<Person>
  create(
    Username: string,
    input?: Partial<AdminCreateUserCommandInput>,
    pool?: TestPool,
  ): Promise<UserType>
  get(Username: string, pool?: TestPool): Promise<AdminGetUserCommandOutput>
  attributesOf(Username: string, pool?: TestPool): Promise<Readonly<Record<string, string>>>
  /** The first answer to a sign-in with USER_PASSWORD_AUTH. */
  passwordSignIn(
    username: string,
    password: string,
    pool?: TestPool,
  ): Promise<InitiateAuthCommandOutput>
}

/** An administrator of `server`. */
export function createAdministration(server: TestServer, usual: TestPool): Administration {
  const { sdk } = server
  let names = 0
  const newName: Administration['newName'] = () => {
    names += 1
    return `user${names}`
  }
  const named: Administration['named'] = (Username, { poolId } = usual) => ({
    UserPoolId: poolId,
    Username,
  })
  const get: Administration['get'] = (Username, pool) =>
    sdk.send(new AdminGetUserCommand(named(Username, pool)))
  return {
    newName,
    named,
    get,
    async person() {
      const username = newName()
      const email = `${username}@example.com`
      const attributes = { name: 'Jane' }
      return { username, email, sub: await server.signUp(usual, { username, email, attributes }) }
    },
    async create(Username, input = {}, pool) {
      const command = new AdminCreateUserCommand({ ...named(Username, pool), ...input })
      return (await sdk.send(command)).User ?? {}
    },
    async attributesOf(Username, pool) {
      const { UserAttributes = [] } = await get(Username, pool)
      return Object.fromEntries(UserAttributes.map(({ Name = '', Value = '' }) => [Name, Value]))
    },
    passwordSignIn: (username, password, { clientId } = usual) =>
      sdk.send(
        new InitiateAuthCommand({
          ClientId: clientId,
          AuthFlow: 'USER_PASSWORD_AUTH',
          AuthParameters: { USERNAME: username, PASSWORD: password },
        }),
      ),
  }
}

/** Refusals that many tests expect. */
export const invalid = (message: string) => ['InvalidParameterException', message]

/** @see invalid */
export const notAuthorized = (message: string) => ['NotAuthorizedException', message]
