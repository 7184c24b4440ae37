/**
 * The Pre Token Generation trigger: what it is told and what it may answer.
 *
 * @see user-pools §5.4
 */
import type { ClaimValue, GroupConfiguration } from '../tokens/claims.ts'
import type { ClaimOverrides, TokenOverrides } from '../tokens/overrides.ts'
import {
  type ClientMetadata,
  type TriggerContext,
  type TriggerEvent,
  type TriggerUser,
  triggerEvent,
  userAttributes,
} from './event.ts'
import {
  isJsonObject,
  type JsonObject,
  optionalObject,
  optionalString,
  optionalStrings,
  responseOf,
} from './response.ts'
import { unrecognizableOutput } from './trigger-error.ts'

/** Which events a function expects: `PreTokenGenerationConfig.LambdaVersion`. */
export type PreTokenGenerationVersion = 'V1_0' | 'V2_0' | 'V3_0'

/** Why tokens are made. */
export type PreTokenGenerationSource =
  | 'TokenGeneration_Authentication'
  | 'TokenGeneration_NewPasswordChallenge'
  | 'TokenGeneration_AuthenticateDevice'
  | 'TokenGeneration_RefreshTokens'

/** The part of a pool's `LambdaConfig` that names the function, in wire shape. */
export interface PreTokenGenerationSettings {
  readonly PreTokenGeneration?: string | undefined
  readonly PreTokenGenerationConfig?:
    | { readonly LambdaVersion: PreTokenGenerationVersion; readonly LambdaArn: string }
    | undefined
}

/** The function of a pool and its version; undefined if it has none. The older key means V1_0. */
export function preTokenGenerationFunction(
  settings: PreTokenGenerationSettings,
): { readonly functionArn: string; readonly version: PreTokenGenerationVersion } | undefined {
  const config = settings.PreTokenGenerationConfig
  if (config !== undefined) return { functionArn: config.LambdaArn, version: config.LambdaVersion }
  return settings.PreTokenGeneration === undefined
    ? undefined
    : { functionArn: settings.PreTokenGeneration, version: 'V1_0' }
}

const eventVersions = { V1_0: '1', V2_0: '2', V3_0: '3' } as const

/** The event of a sign-in or a refresh. */
export function preTokenGenerationEvent(
  source: PreTokenGenerationSource,
  context: TriggerContext,
  {
    version,
    user,
    groups,
    scopes,
    originJti,
    clientMetadata,
  }: {
    readonly version: PreTokenGenerationVersion
    readonly user: TriggerUser
    readonly groups: GroupConfiguration
    /** Of the access token; told from V2_0 on. */
    readonly scopes: readonly string[]
    /** The id of the sign-in, so that what a function gives can end with it. */
    readonly originJti: string
    readonly clientMetadata?: ClientMetadata | undefined
  },
): TriggerEvent {
  return triggerEvent(source, context, {
    version: eventVersions[version],
    request: {
      userAttributes: userAttributes(user),
      groupConfiguration: {
        groupsToOverride: groups.groups,
        iamRolesToOverride: groups.roles,
        preferredRole: groups.preferredRole ?? null,
      },
      scopes: version === 'V1_0' ? undefined : scopes,
      clientMetadata,
    },
    response:
      version === 'V1_0'
        ? { claimsOverrideDetails: null }
        : { claimsAndScopeOverrideDetails: null },
    vivarium: { originJti },
  })
}

/** The longest name of a claim, in characters. */
const claimNameLengthMax = 128

/** Names that mean something to the objects of JavaScript, in a verifier if not here. */
const unsafeNames: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** These attributes stay single values in the ID token, whatever the version. */
const simpleIdClaims: ReadonlySet<string> = new Set([
  'address',
  'email_verified',
  'phone_number_verified',
  'updated_at',
])

/** What the answer changes, and what in it was of the other version and therefore ignored. */
export interface CheckedPreTokenGeneration {
  readonly overrides: TokenOverrides
  /** For the log; says nothing about values. */
  readonly warning?: string | undefined
}

/**
 * Reads a function's answer.
 *
 * @throws TriggerError InvalidLambdaResponseException
 */
export function checkPreTokenGeneration(
  version: PreTokenGenerationVersion,
  output: unknown,
): CheckedPreTokenGeneration {
  const response = responseOf(output)
  const [ours, others] =
    version === 'V1_0'
      ? (['claimsOverrideDetails', 'claimsAndScopeOverrideDetails'] as const)
      : (['claimsAndScopeOverrideDetails', 'claimsOverrideDetails'] as const)
  const details = optionalObject(response, ours) ?? {}
  const overrides = version === 'V1_0' ? simpleOverrides(details) : complexOverrides(details)
  // Unverified: an answer in the shape of the other version. We ignore it, and say so.
  const isOfOtherVersion = (response[others] ?? undefined) !== undefined
  return {
    overrides,
    ...(isOfOtherVersion && {
      warning: `A ${version} function answered with ${others}; only ${ours} is read`,
    }),
  }
}

function simpleOverrides(details: JsonObject): TokenOverrides {
  return {
    id: claimOverrides(details, simpleValue),
    groups: groupOverrides(details),
  }
}

function complexOverrides(details: JsonObject): TokenOverrides {
  const id = optionalObject(details, 'idTokenGeneration')
  const access = optionalObject(details, 'accessTokenGeneration')
  return {
    id: id && claimOverrides(id, idValue),
    access: access && {
      ...claimOverrides(access, anyValue),
      scopesToAdd: scopesOf(access, 'scopesToAdd'),
      scopesToSuppress: scopesOf(access, 'scopesToSuppress'),
    },
    groups: groupOverrides(details),
  }
}

function claimOverrides(
  details: JsonObject,
  checked: (value: unknown, name: string) => ClaimValue,
): ClaimOverrides {
  const added = Object.entries(optionalObject(details, 'claimsToAddOrOverride') ?? {})
  return {
    addOrOverride: new Map(
      added
        // Unverified: a claim of null. We take it for one the function left alone.
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [claimName(name), checked(value, name)]),
    ),
    suppress: optionalStrings(details, 'claimsToSuppress') ?? [],
  }
}

function claimName(name: string): string {
  const isUsable =
    name.length >= 1 &&
    name.length <= claimNameLengthMax &&
    !/\p{Cc}/u.test(name) &&
    !unsafeNames.has(name)
  if (!isUsable) throw unrecognizableOutput()
  return name
}

/** V1_0 knows strings alone; numbers and truth values become strings, as they did before V2_0. */
function simpleValue(value: unknown): ClaimValue {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw unrecognizableOutput()
}

function idValue(value: unknown, name: string): ClaimValue {
  if (simpleIdClaims.has(name) && typeof value === 'object') throw unrecognizableOutput()
  return anyValue(value)
}

function anyValue(value: unknown): ClaimValue {
  if (isClaimValue(value)) return value
  throw unrecognizableOutput()
}

/** True of whatever JSON can say; a function in this process might answer more than that. */
function isClaimValue(value: unknown): value is ClaimValue {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (Array.isArray(value)) return value.every(isClaimValue)
  return isJsonObject(value) && Object.values(value).every(isClaimValue)
}

function scopesOf(details: JsonObject, name: string): readonly string[] {
  const scopes = optionalStrings(details, name) ?? []
  // A scope with white space would be two.
  if (scopes.some((scope) => scope === '' || /\s/.test(scope))) throw unrecognizableOutput()
  return scopes
}

/**
 * Absent, the groups stay; null, empty or without groups, they go. Whoever overrides anything must copy
 * what the event said to keep the roles.
 */
function groupOverrides(details: JsonObject): GroupConfiguration | undefined {
  if (details.groupOverrideDetails === undefined) return undefined
  const configuration = optionalObject(details, 'groupOverrideDetails') ?? {}
  const groups = optionalStrings(configuration, 'groupsToOverride')
  if (groups === undefined) return { groups: [], roles: [], preferredRole: undefined }
  return {
    groups,
    roles: optionalStrings(configuration, 'iamRolesToOverride') ?? [],
    preferredRole: optionalString(configuration, 'preferredRole'),
  }
}
