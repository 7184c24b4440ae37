/**
 * The event that every trigger gets, and the part of it that it gives back.
 *
 * @see user-pools §5.1
 */
import type { TriggerName } from './trigger-error.ts'

/** What differs between triggers. Keys are camelCase, unlike in the API. */
export interface TriggerEvent {
  readonly version: '1' | '2' | '3'
  readonly triggerSource: string
  readonly region: string
  readonly userPoolId: string
  readonly userName: string
  readonly callerContext: { readonly awsSdkVersion: string; readonly clientId: string }
  /** Ours alone: the id of the sign-in that tokens are made for, which Cognito does not tell. */
  readonly vivarium?: { readonly originJti: string } | undefined
  readonly request: Readonly<Record<string, unknown>>
  readonly response: Readonly<Record<string, unknown>>
}

/** What a function may be told by the caller of an operation. */
export type ClientMetadata = Readonly<Record<string, string>>

/** Whom an event is about, and who caused it. */
export interface TriggerContext {
  readonly region: string
  readonly userPoolId: string
  /** The canonical user name. */
  readonly username: string
  /** Undefined: an administrative operation without a client. */
  readonly clientId: string | undefined
}

/** What a trigger is told of a user. */
export interface TriggerUser {
  /** All attributes, `sub` among them. */
  readonly attributes: Readonly<Record<string, string>>
  /** Undefined before the user exists. */
  readonly status?: string | undefined
  /** The addresses that are sign-in names of the user at present, in a pool with aliases. */
  readonly aliases?:
    | { readonly email?: string | undefined; readonly phoneNumber?: string | undefined }
    | undefined
}

/** `request.userAttributes`: every attribute as a string, the status and the aliases among them. */
export function userAttributes({
  attributes,
  status,
  aliases,
}: TriggerUser): Readonly<Record<string, string>> {
  return {
    ...attributes,
    ...(status !== undefined && { 'cognito:user_status': status }),
    ...(aliases?.email !== undefined && { 'cognito:email_alias': aliases.email }),
    ...(aliases?.phoneNumber !== undefined && {
      'cognito:phone_number_alias': aliases.phoneNumber,
    }),
  }
}

/** An event around its `request` and `response`. */
export function triggerEvent(
  triggerSource: string,
  { region, userPoolId, username, clientId }: TriggerContext,
  parts: Pick<TriggerEvent, 'request' | 'response' | 'vivarium'> & {
    readonly version?: '1' | '2' | '3'
  },
): TriggerEvent {
  return {
    version: parts.version ?? '1',
    triggerSource,
    region,
    userPoolId,
    userName: username,
    callerContext: {
      awsSdkVersion: 'aws-sdk-unknown-unknown',
      clientId: clientId ?? 'CLIENT_ID_NOT_APPLICABLE',
    },
    ...(parts.vivarium !== undefined && { vivarium: parts.vivarium }),
    request: withoutUndefined(parts.request),
    response: parts.response,
  }
}

const triggerOfPrefix: Readonly<Record<string, TriggerName>> = {
  PreSignUp: 'PreSignUp',
  PostConfirmation: 'PostConfirmation',
  PreAuthentication: 'PreAuthentication',
  PostAuthentication: 'PostAuthentication',
  CustomMessage: 'CustomMessage',
  TokenGeneration: 'PreTokenGeneration',
  UserMigration: 'UserMigration',
  DefineAuthChallenge: 'DefineAuthChallenge',
  CreateAuthChallenge: 'CreateAuthChallenge',
  VerifyAuthChallengeResponse: 'VerifyAuthChallengeResponse',
}

/** The trigger that an event belongs to, by the first part of its source. */
export function triggerOf({ triggerSource }: TriggerEvent): TriggerName {
  const trigger = triggerOfPrefix[triggerSource.slice(0, triggerSource.indexOf('_'))]
  if (trigger === undefined) throw new Error(`No trigger has the source ${triggerSource}`)
  return trigger
}

function withoutUndefined(
  request: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(request).filter(([, value]) => value !== undefined))
}
