import { createHash } from 'node:crypto'
import type {
  CreateUserPoolClientCommandInput,
  CreateUserPoolCommandInput,
  UpdateUserPoolCommandInput,
  UserPoolType,
} from '@aws-sdk/client-cognito-identity-provider'

/** What the pool is, in the words of CreateUserPool and UpdateUserPool. */
export type PoolSettings = Omit<UpdateUserPoolCommandInput, 'UserPoolId' | 'PoolName'>

/** What can only be said of a pool when it is made. */
export const poolIdentity = {
  // People sign in with their address, in whatever case they type it.
  UsernameAttributes: ['email'],
  UsernameConfiguration: { CaseSensitive: false },
} satisfies Partial<CreateUserPoolCommandInput>

/**
 * What a pool needs for the token trigger, or for an access provider, to rely on it.
 *
 * @param triggerArn undefined: no function is called before tokens are made
 */
export function poolSettings(triggerArn: string | undefined): PoolSettings {
  return {
    AutoVerifiedAttributes: ['email'],
    // A new address takes the place of the old one when it is proved, not when it is typed.
    UserAttributeUpdateSettings: { AttributesRequireVerificationBeforeUpdate: ['email'] },
    AccountRecoverySetting: { RecoveryMechanisms: [{ Priority: 1, Name: 'verified_email' }] },
    Policies: {
      PasswordPolicy: {
        MinimumLength: 8,
        RequireLowercase: true,
        RequireUppercase: true,
        RequireNumbers: true,
        RequireSymbols: false,
        TemporaryPasswordValidityDays: 7,
      },
    },
    LambdaConfig:
      triggerArn === undefined
        ? {}
        : { PreTokenGenerationConfig: { LambdaVersion: 'V2_0', LambdaArn: triggerArn } },
  }
}

/** The app client of a browser: it keeps no secret, and learns not which users exist. */
export const clientSettings = {
  GenerateSecret: false,
  ExplicitAuthFlows: [
    'ALLOW_USER_SRP_AUTH',
    'ALLOW_USER_PASSWORD_AUTH',
    'ALLOW_REFRESH_TOKEN_AUTH',
  ],
  EnableTokenRevocation: true,
  PreventUserExistenceErrors: 'ENABLED',
} satisfies Partial<CreateUserPoolClientCommandInput>

/** The tag of a pool that says which definition it has. */
export const definitionTag = 'vivarium-definition'

/** What a definition is known by: it changes whenever the definition does. */
export function definitionOf(settings: PoolSettings): string {
  return createHash('sha256')
    .update(JSON.stringify([settings, clientSettings]))
    .digest('base64url')
    .slice(0, 22)
}

/**
 * A pool's settings with ours in their place. UpdateUserPool replaces: what it is not told goes back to
 * its default, so the rest is told again.
 */
export function mergedSettings(pool: UserPoolType, ours: PoolSettings): PoolSettings {
  const { UnusedAccountValidityDays: _days, ...adminCreateUser } = pool.AdminCreateUserConfig ?? {}
  const {
    PreTokenGeneration: older,
    PreTokenGenerationConfig: _replaced,
    ...otherTriggers
  } = pool.LambdaConfig ?? {}
  const trigger = ours.LambdaConfig?.PreTokenGenerationConfig?.LambdaArn
  return {
    DeletionProtection: pool.DeletionProtection,
    SmsVerificationMessage: pool.SmsVerificationMessage,
    EmailVerificationMessage: pool.EmailVerificationMessage,
    EmailVerificationSubject: pool.EmailVerificationSubject,
    VerificationMessageTemplate: pool.VerificationMessageTemplate,
    SmsAuthenticationMessage: pool.SmsAuthenticationMessage,
    MfaConfiguration: pool.MfaConfiguration,
    DeviceConfiguration: pool.DeviceConfiguration,
    EmailConfiguration: pool.EmailConfiguration,
    SmsConfiguration: pool.SmsConfiguration,
    // Replaced by `TemporaryPasswordValidityDays`; the service refuses both together.
    AdminCreateUserConfig: adminCreateUser,
    UserPoolAddOns: pool.UserPoolAddOns,
    UserPoolTier: pool.UserPoolTier,
    ...ours,
    Policies: { ...pool.Policies, ...ours.Policies },
    LambdaConfig: {
      ...otherTriggers,
      // The older key, where it is in use, must name the same function.
      ...(older !== undefined && trigger !== undefined && { PreTokenGeneration: trigger }),
      ...ours.LambdaConfig,
    },
    UserPoolTags: { ...pool.UserPoolTags, [definitionTag]: definitionOf(ours) },
  }
}
