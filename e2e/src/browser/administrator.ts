/** Accounts that an administrator makes, with the AWS SDK. */
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { configurationOf } from '../person.ts'
import type { Account } from './steps.ts'
import type { Vivarium } from './vivarium.ts'

/** Makes a confirmed account with a password of its own. */
export function makeAccount(vivarium: Vivarium, account: Account): Promise<void> {
  return withPools(vivarium, async (pools, UserPoolId) => {
    const { email: Username, password: Password } = account
    await create(pools, UserPoolId, { Username })
    await pools.adminSetUserPassword({ UserPoolId, Username, Password, Permanent: true })
  })
}

/** Makes an account whose password is good for one sign-in, which has to choose another. */
export function inviteAccount(vivarium: Vivarium, account: Account): Promise<void> {
  return withPools(vivarium, async (pools, UserPoolId) => {
    const { email: Username, password: TemporaryPassword } = account
    await create(pools, UserPoolId, { Username, TemporaryPassword })
  })
}

/** Lends a client for the pool of the application. */
export async function withPools<T>(
  vivarium: Vivarium,
  use: (pools: CognitoIdentityProvider, userPoolId: string) => Promise<T>,
): Promise<T> {
  const { region, userPoolId } = await configurationOf(vivarium)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const pools = new CognitoIdentityProvider({ endpoint: vivarium.userPools, region, credentials })
  try {
    return await use(pools, userPoolId)
  } finally {
    pools.destroy()
  }
}

async function create(
  pools: CognitoIdentityProvider,
  UserPoolId: string,
  user: { readonly Username: string; readonly TemporaryPassword?: string },
): Promise<void> {
  await pools.adminCreateUser({
    UserPoolId,
    ...user,
    MessageAction: 'SUPPRESS',
    UserAttributes: [
      { Name: 'email', Value: user.Username },
      { Name: 'email_verified', Value: 'true' },
    ],
  })
}
