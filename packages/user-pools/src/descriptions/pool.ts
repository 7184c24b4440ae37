/** Pools as they are told on the wire. @see user-pools §2.11 */
import { defaultPasswordPolicy } from '../authentication/password-policy.ts'
import type { UserPool } from '../model/documents.ts'
import { poolArn } from '../model/identifiers.ts'
import { seconds } from './time.ts'

const temporaryPasswordDaysDefault = 7

/** `UserPoolType`: the settings with the defaults of those that were not given. */
export function describePool(pool: UserPool, region: string, estimatedUsers: number): object {
  const { settings } = pool
  return {
    // Members that were given and have no default are told as they came.
    ...settings,
    Id: pool.id,
    Name: pool.name,
    Arn: poolArn(region, pool.id),
    Policies: policiesOf(pool),
    DeletionProtection: settings.DeletionProtection ?? 'INACTIVE',
    LambdaConfig: settings.LambdaConfig ?? {},
    LastModifiedDate: seconds(pool.modifiedAtMs),
    CreationDate: seconds(pool.createdAtMs),
    SchemaAttributes: pool.schema,
    VerificationMessageTemplate: {
      DefaultEmailOption: 'CONFIRM_WITH_CODE',
      ...settings.VerificationMessageTemplate,
    },
    MfaConfiguration: settings.MfaConfiguration ?? 'OFF',
    EstimatedNumberOfUsers: estimatedUsers,
    EmailConfiguration: {
      EmailSendingAccount: 'COGNITO_DEFAULT',
      ...settings.EmailConfiguration,
    },
    UserPoolTags: settings.UserPoolTags ?? {},
    AdminCreateUserConfig: {
      AllowAdminCreateUserOnly: false,
      UnusedAccountValidityDays: temporaryPasswordDaysDefault,
      ...settings.AdminCreateUserConfig,
    },
    UserPoolTier: settings.UserPoolTier ?? 'ESSENTIALS',
    ...(pool.usernameAttributes.length > 0 && { UsernameAttributes: pool.usernameAttributes }),
    ...(pool.aliasAttributes.length > 0 && { AliasAttributes: pool.aliasAttributes }),
    // Unverified: whether the service tells this when nobody said it. The reference's samples do not.
    ...(pool.caseSensitive !== undefined && {
      UsernameConfiguration: { CaseSensitive: pool.caseSensitive },
    }),
  }
}

/** Unverified: what a policy that is given in part leaves out counts as not demanded. */
function policiesOf({ settings: { Policies } }: UserPool): object {
  const given = Policies?.PasswordPolicy
  const days = given?.TemporaryPasswordValidityDays ?? 0
  return {
    PasswordPolicy:
      given === undefined
        ? defaultPasswordPolicy
        : {
            MinimumLength: defaultPasswordPolicy.MinimumLength,
            RequireUppercase: false,
            RequireLowercase: false,
            RequireNumbers: false,
            RequireSymbols: false,
            ...given,
            TemporaryPasswordValidityDays: days === 0 ? temporaryPasswordDaysDefault : days,
          },
    SignInPolicy: {
      AllowedFirstAuthFactors: Policies?.SignInPolicy?.AllowedFirstAuthFactors ?? ['PASSWORD'],
    },
  }
}

/** `UserPoolDescriptionType`: what ListUserPools tells. */
export function describePoolBriefly(pool: UserPool): object {
  return {
    Id: pool.id,
    Name: pool.name,
    LambdaConfig: pool.settings.LambdaConfig ?? {},
    LastModifiedDate: seconds(pool.modifiedAtMs),
    CreationDate: seconds(pool.createdAtMs),
  }
}
