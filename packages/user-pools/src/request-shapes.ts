/**
 * The shapes that requests share, with their constraints.
 *
 * @see user-pools §1.4 and Appendix B
 */
import { z } from 'zod'

/** A string of `[min, max]` characters that matches `text` from end to end. */
function patterned(min: number, max: number, text: string, flags = 'u') {
  // The text of the pattern travels as the message: it is part of the answer.
  return z
    .string()
    .min(min)
    .max(max)
    .regex(new RegExp(`^(?:${text})$`, flags), { error: text })
}

const anyText = '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+'

export const poolId = patterned(1, 55, '[\\w-]+_[0-9a-zA-Z]+')
export const clientId = patterned(1, 128, '[\\w+]+')
export const username = patterned(1, 128, anyText)
export const password = patterned(0, 256, '[\\S]+')
export const code = patterned(1, 2048, '[\\S]+')
export const secretHash = patterned(1, 128, '[\\w+=/]+')
export const clientSecret = patterned(1, 64, '[\\w+]+')
/** A secret that somebody chooses for a new client. */
export const chosenClientSecret = patterned(24, 64, '[\\w+]+')
export const session = z.string().min(20).max(2048)
export const jwt = z.string().regex(/^[A-Za-z0-9\-_=.]+$/, { error: '[A-Za-z0-9-_=.]+' })
export const deviceKey = patterned(1, 55, '[\\w-]+_[0-9a-f-]+')
export const groupName = patterned(1, 128, anyText)
export const attributeName = patterned(1, 32, '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\t\\n\\r ]+')
export const limit = z.int().min(0).max(60)
export const nextToken = patterned(1, 131_072, '[\\S]+')
/** The token of a list whose tokens have no length of their own. */
export const pageToken = z.string().regex(/^[\S]+$/, { error: '[\\S]+' })
export const stringMap = z.record(z.string(), z.string())

/** How administrative operations name a user. */
export const userOfPool = z.object({ UserPoolId: poolId, Username: username })

/** A Lambda function, or another resource. */
export const arn = patterned(
  20,
  2048,
  'arn:[\\w+=/,.@-]+:[\\w+=/,.@-]+:([\\w+=/,.@-]*)?:[0-9]+:[\\w+=/,.@-]+(:[\\w+=/,.@-]+)?(:[\\w+=/,.@-]+)?',
)

/** How operations name a resource server. */
export const serverOfPool = z.object({
  UserPoolId: poolId,
  Identifier: patterned(1, 256, '[\\x21\\x23-\\x5B\\x5D-\\x7E]+'),
})

/** What CreateResourceServer and UpdateResourceServer both set. */
export const serverSettings = z.object({
  Name: patterned(1, 256, '[\\w\\s+=,.@-]+'),
  Scopes: z
    .array(
      z.object({
        ScopeName: patterned(1, 256, '[\\x21\\x23-\\x2E\\x30-\\x5B\\x5D-\\x7E]+'),
        ScopeDescription: z.string().min(1).max(256),
      }),
    )
    .max(100)
    .optional(),
})

/** How operations name a group. */
export const groupOfPool = z.object({ UserPoolId: poolId, GroupName: groupName })

/** Which page of a list about groups is asked for. */
export const groupList = z.object({
  UserPoolId: poolId,
  Limit: limit.optional(),
  NextToken: nextToken.optional(),
})

/** What CreateGroup and UpdateGroup both set. */
export const groupSettings = z.object({
  Description: z.string().max(2048).optional(),
  RoleArn: arn.optional(),
  Precedence: z.int().min(0).optional(),
})

/** `AttributeType`; a missing value is an empty one. */
export const attributes = z.array(
  z.object({ Name: attributeName, Value: z.string().max(2048).optional() }),
)

/** Attributes by name; of two with one name the later counts. */
export function attributesByName(
  list: z.output<typeof attributes> | undefined,
): Readonly<Record<string, string>> {
  return Object.fromEntries((list ?? []).map(({ Name, Value }) => [Name, Value ?? '']))
}

/** Attributes as they are told: `sub` first, then by name in the order they were set. */
export function attributeList(
  attributesOf: Readonly<Record<string, string>>,
): { readonly Name: string; readonly Value: string }[] {
  return Object.entries(attributesOf).map(([Name, Value]) => ({ Name, Value }))
}

export const authFlow = z.enum([
  'USER_SRP_AUTH',
  'REFRESH_TOKEN_AUTH',
  'REFRESH_TOKEN',
  'CUSTOM_AUTH',
  'ADMIN_NO_SRP_AUTH',
  'USER_PASSWORD_AUTH',
  'ADMIN_USER_PASSWORD_AUTH',
  'USER_AUTH',
])

export const challengeName = z.enum([
  'SMS_MFA',
  'EMAIL_OTP',
  'SOFTWARE_TOKEN_MFA',
  'SELECT_MFA_TYPE',
  'MFA_SETUP',
  'PASSWORD_VERIFIER',
  'CUSTOM_CHALLENGE',
  'SELECT_CHALLENGE',
  'DEVICE_SRP_AUTH',
  'DEVICE_PASSWORD_VERIFIER',
  'ADMIN_NO_SRP_AUTH',
  'NEW_PASSWORD_REQUIRED',
  'SMS_OTP',
  'PASSWORD',
  'WEB_AUTHN',
  'PASSWORD_SRP',
])

const lambdaVersions = ['V1_0', 'V2_0', 'V3_0'] as const
const verificationCode = /\{####\}/

/** A text in which a code is put. */
function messageText(max: number) {
  return z.string().min(6).max(max).regex(verificationCode, { error: '.*\\{####\\}.*' })
}

const subject = patterned(1, 140, '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\s]+')

/** The name of a pool or of a client. */
export const displayName = patterned(1, 128, '[\\w\\s+=,.@-]+')

/** `SchemaAttributeType`. */
export const schemaAttribute = z.object({
  Name: patterned(1, 20, '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+').optional(),
  AttributeDataType: z.enum(['String', 'Number', 'DateTime', 'Boolean']).optional(),
  DeveloperOnlyAttribute: z.boolean().optional(),
  Mutable: z.boolean().optional(),
  Required: z.boolean().optional(),
  NumberAttributeConstraints: z
    .object({ MinValue: z.string().optional(), MaxValue: z.string().optional() })
    .optional(),
  StringAttributeConstraints: z
    .object({ MinLength: z.string().optional(), MaxLength: z.string().optional() })
    .optional(),
})

/** What CreateUserPool and UpdateUserPool both set. */
export const poolSettings = z.object({
  Policies: z
    .object({
      PasswordPolicy: z
        .object({
          MinimumLength: z.int().min(6).max(99).optional(),
          RequireUppercase: z.boolean().optional(),
          RequireLowercase: z.boolean().optional(),
          RequireNumbers: z.boolean().optional(),
          RequireSymbols: z.boolean().optional(),
          PasswordHistorySize: z.int().min(0).max(24).optional(),
          TemporaryPasswordValidityDays: z.int().min(0).max(365).optional(),
        })
        .optional(),
      SignInPolicy: z
        .object({
          AllowedFirstAuthFactors: z
            .array(z.enum(['PASSWORD', 'EMAIL_OTP', 'SMS_OTP', 'WEB_AUTHN']))
            .min(1)
            .max(4)
            .optional(),
        })
        .optional(),
    })
    .optional(),
  DeletionProtection: z.enum(['ACTIVE', 'INACTIVE']).optional(),
  LambdaConfig: z
    .object({
      PreSignUp: arn.optional(),
      CustomMessage: arn.optional(),
      PostConfirmation: arn.optional(),
      PreAuthentication: arn.optional(),
      PostAuthentication: arn.optional(),
      DefineAuthChallenge: arn.optional(),
      CreateAuthChallenge: arn.optional(),
      VerifyAuthChallengeResponse: arn.optional(),
      PreTokenGeneration: arn.optional(),
      UserMigration: arn.optional(),
      PreTokenGenerationConfig: z
        .object({ LambdaVersion: z.enum(lambdaVersions), LambdaArn: arn })
        .optional(),
      CustomSMSSender: z.object({ LambdaVersion: z.enum(['V1_0']), LambdaArn: arn }).optional(),
      CustomEmailSender: z.object({ LambdaVersion: z.enum(['V1_0']), LambdaArn: arn }).optional(),
      KMSKeyID: arn.optional(),
    })
    .optional(),
  AutoVerifiedAttributes: z.array(z.enum(['phone_number', 'email'])).optional(),
  SmsVerificationMessage: messageText(140).optional(),
  EmailVerificationMessage: messageText(20_000).optional(),
  EmailVerificationSubject: subject.optional(),
  VerificationMessageTemplate: z
    .object({
      SmsMessage: messageText(140).optional(),
      EmailMessage: messageText(20_000).optional(),
      EmailSubject: subject.optional(),
      EmailMessageByLink: z.string().min(6).max(20_000).optional(),
      EmailSubjectByLink: subject.optional(),
      DefaultEmailOption: z.enum(['CONFIRM_WITH_LINK', 'CONFIRM_WITH_CODE']).optional(),
    })
    .optional(),
  SmsAuthenticationMessage: messageText(140).optional(),
  UserAttributeUpdateSettings: z
    .object({
      AttributesRequireVerificationBeforeUpdate: z
        .array(z.enum(['phone_number', 'email']))
        .optional(),
    })
    .optional(),
  MfaConfiguration: z.enum(['OFF', 'ON', 'OPTIONAL']).optional(),
  DeviceConfiguration: z
    .object({
      ChallengeRequiredOnNewDevice: z.boolean().optional(),
      DeviceOnlyRememberedOnUserPrompt: z.boolean().optional(),
    })
    .optional(),
  EmailConfiguration: z.record(z.string(), z.string()).optional(),
  SmsConfiguration: z.record(z.string(), z.string()).optional(),
  UserPoolTags: stringMap.optional(),
  AdminCreateUserConfig: z
    .object({
      AllowAdminCreateUserOnly: z.boolean().optional(),
      UnusedAccountValidityDays: z.int().min(0).max(365).optional(),
      InviteMessageTemplate: z
        .object({
          SMSMessage: messageText(140).optional(),
          EmailMessage: messageText(20_000).optional(),
          EmailSubject: subject.optional(),
        })
        .optional(),
    })
    .optional(),
  UserPoolAddOns: z
    .object({ AdvancedSecurityMode: z.enum(['OFF', 'AUDIT', 'ENFORCED']) })
    .optional(),
  AccountRecoverySetting: z
    .object({
      RecoveryMechanisms: z
        .array(
          z.object({
            Priority: z.int().min(1).max(2),
            Name: z.enum(['verified_email', 'verified_phone_number', 'admin_only']),
          }),
        )
        .min(1)
        .max(2)
        .optional(),
    })
    .optional(),
  UserPoolTier: z.enum(['LITE', 'ESSENTIALS', 'PLUS']).optional(),
  IssuerConfiguration: z.object({ Type: z.enum(['ORIGINAL', 'UPDATED']).optional() }).optional(),
})

const unit = z.enum(['seconds', 'minutes', 'hours', 'days']).optional()
const url = patterned(1, 1024, '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+')

/** What CreateUserPoolClient and UpdateUserPoolClient both set. */
export const clientSettings = z.object({
  RefreshTokenValidity: z.int().min(0).max(315_360_000).optional(),
  AccessTokenValidity: z.int().min(1).max(86_400).optional(),
  IdTokenValidity: z.int().min(1).max(86_400).optional(),
  TokenValidityUnits: z.object({ AccessToken: unit, IdToken: unit, RefreshToken: unit }).optional(),
  ReadAttributes: z.array(z.string().min(1).max(2048)).optional(),
  WriteAttributes: z.array(z.string().min(1).max(2048)).optional(),
  ExplicitAuthFlows: z
    .array(
      z.enum([
        'ADMIN_NO_SRP_AUTH',
        'CUSTOM_AUTH_FLOW_ONLY',
        'USER_PASSWORD_AUTH',
        'ALLOW_ADMIN_USER_PASSWORD_AUTH',
        'ALLOW_CUSTOM_AUTH',
        'ALLOW_USER_PASSWORD_AUTH',
        'ALLOW_USER_SRP_AUTH',
        'ALLOW_REFRESH_TOKEN_AUTH',
        'ALLOW_USER_AUTH',
      ]),
    )
    .optional(),
  SupportedIdentityProviders: z
    .array(patterned(1, 32, '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}\\p{Z}]+'))
    .optional(),
  CallbackURLs: z.array(url).max(100).optional(),
  LogoutURLs: z.array(url).max(100).optional(),
  DefaultRedirectURI: url.optional(),
  AllowedOAuthFlows: z
    .array(z.enum(['code', 'implicit', 'client_credentials']))
    .max(3)
    .optional(),
  AllowedOAuthScopes: z
    .array(patterned(1, 256, '[\\x21\\x23-\\x5B\\x5D-\\x7E]+'))
    .max(50)
    .optional(),
  AllowedOAuthFlowsUserPoolClient: z.boolean().optional(),
  PreventUserExistenceErrors: z.enum(['LEGACY', 'ENABLED']).optional(),
  EnableTokenRevocation: z.boolean().optional(),
  EnablePropagateAdditionalUserContextData: z.boolean().optional(),
  AuthSessionValidity: z.int().min(3).max(15).optional(),
  RefreshTokenRotation: z
    .object({
      Feature: z.enum(['ENABLED', 'DISABLED']),
      RetryGracePeriodSeconds: z.int().min(0).max(60).optional(),
    })
    .optional(),
})
