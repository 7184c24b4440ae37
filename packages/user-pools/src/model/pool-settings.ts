/** Rules about the settings of pools and clients that no shape can state. @see user-pools §2.11 and §2.12 */
import { refusal } from '../errors.ts'
import { lifetimesComplaint } from '../tokens/lifetimes.ts'
import type { ClientSettings, PoolSettings, UserPool } from './documents.ts'

/** @throws UserPoolError InvalidParameterException, NotImplementedException */
export function checkPoolSettings({ LambdaConfig, MfaConfiguration = 'OFF' }: PoolSettings): void {
  if (MfaConfiguration !== 'OFF') {
    // A pool that asks for second factors and gets none would be less safe than its owner believes.
    throw refusal(
      'NotImplementedException',
      'other',
      `Vivarium does not implement the MfaConfiguration ${MfaConfiguration}.`,
    )
  }
  const { PreTokenGeneration, PreTokenGenerationConfig } = LambdaConfig ?? {}
  const areDifferent =
    PreTokenGeneration !== undefined &&
    PreTokenGenerationConfig !== undefined &&
    PreTokenGeneration !== PreTokenGenerationConfig.LambdaArn
  if (areDifferent) {
    // Unverified: the text.
    throw invalid(
      'PreTokenGeneration and PreTokenGenerationConfig must name the same Lambda function.',
    )
  }
}

/** @throws UserPoolError InvalidParameterException */
export function checkClientSettings(pool: UserPool, settings: ClientSettings): void {
  if (lifetimesComplaint(settings) !== undefined) {
    throw refusal('InvalidParameterException', 'tokenValidity')
  }
  const flows = settings.ExplicitAuthFlows ?? []
  const areMixed =
    flows.some((flow) => flow.startsWith('ALLOW_')) &&
    flows.some((flow) => !flow.startsWith('ALLOW_'))
  if (areMixed) {
    // Unverified: the text.
    throw invalid(
      'Legacy values cannot be mixed with values that start with ALLOW_ in ExplicitAuthFlows.',
    )
  }
  checkAttributeNames(pool, settings)
}

/** A client may only be told to read or write what the schema has. Unverified: the texts. */
function checkAttributeNames(
  { schema }: UserPool,
  { ReadAttributes = [], WriteAttributes = [] }: ClientSettings,
): void {
  const names = new Set(schema.map(({ Name }) => Name))
  const unreadable = ReadAttributes.find((name) => !names.has(name))
  if (unreadable !== undefined) {
    throw invalid(`Invalid read attributes specified while creating a client: ${unreadable}`)
  }
  const never = new Set(['sub', 'email_verified', 'phone_number_verified', 'identities'])
  const unwritable = WriteAttributes.find(
    (name) => !names.has(name) || never.has(name) || name.startsWith('dev:'),
  )
  if (unwritable !== undefined) {
    throw invalid(`Invalid write attributes specified while creating a client: ${unwritable}`)
  }
}

function invalid(text: string) {
  return refusal('InvalidParameterException', 'other', text)
}
