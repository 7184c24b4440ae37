/** User pools: Vivarium's and cognito-local's, made and asked in the same way. */
import {
  AdminCreateUserCommand,
  AdminSetUserPasswordCommand,
  CognitoIdentityProviderClient,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import { startVivarium, temporaryDataDirectory } from '../vivarium.ts'
import type { Asked, Contender, Service, Sizes, Work } from './contender.ts'
import { type Database, startDatabase } from './databases.ts'
import { startPeer } from './start-peer.ts'

const peopleCount = 16
const password = 'Correct-Horse-7'
const works = ['sign-in', 'refresh'] as const
const setup = 'USER_PASSWORD_AUTH and REFRESH_TOKEN_AUTH, RS256 tokens, no trigger'

/** On the embedded store. */
export const vivariumPeople: Contender = {
  name: 'vivarium',
  works,
  processesMax: 64,
  isOurs: true,
  setup: `the user pools alone; ${setup}; passwords kept as SRP verifiers; every commit flushed; LMDB`,
  start: (sizes) => startPools(sizes, undefined),
}

/** On PostgreSQL. */
export const vivariumPeopleOnPostgres: Contender = {
  name: 'vivarium-postgres',
  works,
  processesMax: 64,
  isOurs: true,
  setup: 'the same, with the store on PostgreSQL',
  start: async (sizes) => {
    const database = await startDatabase()
    try {
      return await startPools(sizes, database)
    } catch (error) {
      await database.stop()
      throw error
    }
  },
}

/** cognito-local. It keeps a pool in one JSON file that it writes anew, so that one process can serve it. */
export const cognitoLocal: Contender = {
  name: 'cognito-local',
  works,
  processesMax: 1,
  setup: `${setup}; passwords kept as they are, a JSON file written anew at each sign-in and not flushed`,
  start: async () => {
    const peer = await startPeer<{ readonly userPools: string }>('cognito-local', {
      HOST: '127.0.0.1',
      PORT: '0',
    })
    try {
      return {
        url: peer.ready.userPools,
        pids: peer.pids,
        stop: peer.stop,
        ...(await makePeople(peer.ready.userPools)),
      }
    } catch (error) {
      await peer.stop()
      throw error
    }
  },
}

async function startPools({ processes }: Sizes, database: Database | undefined): Promise<Service> {
  const directory = await temporaryDataDirectory()
  const running = await startVivarium(directory.path, {
    only: 'user-pools',
    environment: {
      NODE_ENV: 'production',
      VIVARIUM_NO_SEED: 'true',
      VIVARIUM_WORKERS: String(processes),
      ...(database !== undefined && { VIVARIUM_STORE: database.url }),
    },
  }).catch(async (error: unknown) => {
    await directory.remove()
    throw error
  })
  try {
    const people = await makePeople(running.ready.userPools)
    return {
      url: running.ready.userPools,
      pids: [running.pid, ...(database === undefined ? [] : [database.pid])],
      stop: async () => {
        await running.stop()
        await database?.stop()
        await directory.remove()
      },
      ...people,
    }
  } catch (error) {
    await running.stop()
    await directory.remove()
    throw error
  }
}

/** Makes a pool, an app client and people, and signs each of them in once. */
async function makePeople(endpoint: string): Promise<Pick<Service, 'requests' | 'forbidden'>> {
  const client = new CognitoIdentityProviderClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const { UserPool } = await client.send(
    new CreateUserPoolCommand({ PoolName: 'bench', UsernameAttributes: ['email'] }),
  )
  const UserPoolId = UserPool?.Id
  const { UserPoolClient } = await client.send(
    new CreateUserPoolClientCommand({
      UserPoolId,
      ClientName: 'bench',
      ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'],
    }),
  )
  const ClientId = UserPoolClient?.ClientId ?? ''
  const people: { readonly name: string; readonly refreshToken: string }[] = []
  for (let i = 0; i < peopleCount; i++) {
    const name = `person${i}@example.com`
    await client.send(
      new AdminCreateUserCommand({ UserPoolId, Username: name, MessageAction: 'SUPPRESS' }),
    )
    await client.send(
      new AdminSetUserPasswordCommand({
        UserPoolId,
        Username: name,
        Password: password,
        Permanent: true,
      }),
    )
    const { AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        ClientId,
        AuthFlow: 'USER_PASSWORD_AUTH',
        AuthParameters: { USERNAME: name, PASSWORD: password },
      }),
    )
    people.push({ name, refreshToken: AuthenticationResult?.RefreshToken ?? '' })
  }
  client.destroy()
  const signIn = (name: string, secret: string) =>
    initiateAuth(ClientId, 'USER_PASSWORD_AUTH', { USERNAME: name, PASSWORD: secret })
  const refresh = (token: string) =>
    initiateAuth(ClientId, 'REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: token })
  return {
    requests: (work: Work) =>
      people.map(({ name, refreshToken }) =>
        work === 'sign-in' ? signIn(name, password) : refresh(refreshToken),
      ),
    forbidden: [signIn('person0@example.com', 'Wrong-Horse-7'), refresh('no such token')],
  }
}

function initiateAuth(
  ClientId: string,
  AuthFlow: string,
  AuthParameters: Readonly<Record<string, string>>,
): Asked {
  return {
    method: 'POST',
    path: '/',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth',
    },
    body: JSON.stringify({ AuthFlow, ClientId, AuthParameters }),
    expects: '"IdToken"',
  }
}
