/** Functions of one's own as triggers of a pool, set up and used with AWS's own clients. */
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { CognitoIdentityProvider } from '@aws-sdk/client-cognito-identity-provider'
import { expect, onTestFinished, test } from 'vitest'
import { startVivarium, temporaryDirectory, VivariumProcess } from '../testing/vivarium-process.ts'

const preSignUp = `
export async function handler(event: { request: { userAttributes: { email: string } }; response: object }) {
  if (!event.request.userAttributes.email.endsWith(process.env.DOMAIN ?? '')) throw new Error('Not one of us.')
  event.response = { autoConfirmUser: true, autoVerifyEmail: true }
  return event
}
`

const password = 'Corr3ct-horse'

function withFunctions(text: string): string {
  const directory = temporaryDirectory()
  writeFileSync(path.join(directory, 'functions.json'), text)
  return directory
}

const declared = JSON.stringify([
  { name: 'pre-sign-up', module: 'pre-sign-up.ts', environment: { DOMAIN: '@example.com' } },
])

test('a PreSignUp of one’s own confirms some, refuses others, and is read anew when it changes', async () => {
  const dataDir = withFunctions(declared)
  const module = path.join(dataDir, 'pre-sign-up.ts')
  writeFileSync(module, preSignUp)
  const vivarium = startVivarium(dataDir, ['--store=memory:'])
  const { userPools: endpoint = '', userPoolId = '', clientId: ClientId } = await vivarium.ready()
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const pools = new CognitoIdentityProvider({ endpoint, region: 'us-east-1', credentials })
  onTestFinished(() => pools.destroy())
  await setPreSignUp(pools, userPoolId)

  const signUp = (email: string) =>
    pools.signUp({
      ClientId,
      Username: email,
      Password: password,
      UserAttributes: [{ Name: 'email', Value: email }],
    })
  expect((await signUp('ann@example.com')).UserConfirmed).toBe(true)
  await expect(signUp('eve@example.org')).rejects.toMatchObject({
    name: 'UserLambdaValidationException',
    message: 'PreSignUp failed with error Not one of us..',
  })
  const { AuthenticationResult } = await pools.initiateAuth({
    ClientId,
    AuthFlow: 'USER_PASSWORD_AUTH',
    AuthParameters: { USERNAME: 'ann@example.com', PASSWORD: password },
  })
  // The token trigger is still there, and took the address for proved.
  const [, claims = ''] = (AuthenticationResult?.IdToken ?? '').split('.')
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toHaveProperty(
    'fauna_access_token',
  )

  writeFileSync(module, preSignUp.replace('Not one of us.', 'Not among us.'))
  await expect(signUp('eve@example.org')).rejects.toThrow(
    'PreSignUp failed with error Not among us.',
  )
})

test('a file that will not do ends the start', async () => {
  const dataDir = withFunctions(declared)
  const { status, stdout, stderr } = await startVivarium(dataDir, ['--store=memory:']).ended()
  expect([status, stdout]).toEqual([1, ''])
  const module = path.join(dataDir, 'pre-sign-up.ts')
  expect(stderr).toContain(
    `vivarium: ${dataDir}/functions.json: the module of pre-sign-up, ${module}, is missing.\n`,
  )
})

test('the doctor names the functions, or what is wrong with their file', async () => {
  const dataDir = withFunctions(declared)
  const diagnose = () =>
    new VivariumProcess(['doctor', '--only=functions', '--functions-port=0'], {
      VIVARIUM_DATA_DIR: dataDir,
    }).ended()
  const ill = await diagnose()
  expect(ill.status).toBe(1)
  expect(ill.stdout).toContain('wrong  functions       ')
  writeFileSync(path.join(dataDir, 'pre-sign-up.ts'), preSignUp)
  const well = await diagnose()
  expect(well.stdout).toContain('ok     functions       pre-sign-up\n')
  expect(well.status).toBe(0)
})

/** Adds the trigger. UpdateUserPool replaces, so everything else is told again. */
async function setPreSignUp(pools: CognitoIdentityProvider, UserPoolId: string): Promise<void> {
  const { UserPool } = await pools.describeUserPool({ UserPoolId })
  const { UnusedAccountValidityDays: _, ...AdminCreateUserConfig } =
    UserPool?.AdminCreateUserConfig ?? {}
  const PreSignUp = 'arn:aws:lambda:us-east-1:000000000000:function:pre-sign-up'
  const LambdaConfig = { ...UserPool?.LambdaConfig, PreSignUp }
  await pools.updateUserPool({ ...UserPool, UserPoolId, AdminCreateUserConfig, LambdaConfig })
  const { UserPool: now } = await pools.describeUserPool({ UserPoolId })
  const { LastModifiedDate, ...settings } = { ...now }
  expect(settings).toEqual({ ...UserPool, LambdaConfig, LastModifiedDate: undefined })
}
