/**
 * Running the triggers of a pool: each function here does nothing if the pool has no such trigger.
 *
 * They run outside of transactions, and may run more than once for one request.
 *
 * @see user-pools §5
 */
import type { Environment } from './environment.ts'
import type { User, UserPool } from './model/documents.ts'
import { activeAliases } from './model/names.ts'
import type { GroupConfiguration } from './tokens/claims.ts'
import type { TokenOverrides } from './tokens/overrides.ts'
import { postAuthenticationEvent, preAuthenticationEvent } from './triggers/authentication.ts'
import {
  type CustomMessage,
  type CustomMessageSource,
  checkCustomMessage,
  customMessageEvent,
} from './triggers/custom-message.ts'
import type { ClientMetadata, TriggerContext, TriggerUser } from './triggers/event.ts'
import {
  checkPreTokenGeneration,
  type PreTokenGenerationSource,
  preTokenGenerationEvent,
  preTokenGenerationFunction,
} from './triggers/pre-token-generation.ts'
import { responseOf } from './triggers/response.ts'
import {
  checkPreSignUp,
  type PreSignUpDecision,
  postConfirmationEvent,
  preSignUpEvent,
} from './triggers/sign-up.ts'

/** Whom a trigger is about, and through which client. */
export interface TriggerSubject {
  readonly pool: UserPool
  readonly clientId: string | undefined
  readonly user: User
}

function contextOf(environment: Environment, { pool, clientId, user }: TriggerSubject) {
  return {
    region: environment.region,
    userPoolId: pool.id,
    username: user.username,
    clientId,
  } satisfies TriggerContext
}

/** What a trigger is told of a user. */
export function triggerUserOf({ pool, user }: TriggerSubject): TriggerUser {
  return {
    attributes: { sub: user.sub, ...user.attributes },
    status: user.status,
    aliases: activeAliases(pool, user),
  }
}

const noDecision: PreSignUpDecision = {
  autoConfirmUser: false,
  autoVerifyEmail: false,
  autoVerifyPhone: false,
}

/** PreSignUp, about a user who does not exist yet. @throws TriggerError */
export async function runPreSignUp(
  environment: Environment,
  source: 'PreSignUp_SignUp' | 'PreSignUp_AdminCreateUser',
  {
    pool,
    clientId,
    username,
    attributes,
    ...request
  }: {
    readonly pool: UserPool
    readonly clientId: string | undefined
    readonly username: string
    readonly attributes: Readonly<Record<string, string>>
    readonly validationData?: Readonly<Record<string, string>> | undefined
    readonly clientMetadata?: ClientMetadata | undefined
  },
): Promise<PreSignUpDecision> {
  const functionArn = pool.settings.LambdaConfig?.PreSignUp
  if (functionArn === undefined) return noDecision
  const context = { region: environment.region, userPoolId: pool.id, username, clientId }
  const event = preSignUpEvent(source, context, { user: { attributes }, ...request })
  return checkPreSignUp(await environment.triggers.invoke(functionArn, event), attributes)
}

/** PostConfirmation. @throws TriggerError */
export async function runPostConfirmation(
  environment: Environment,
  source: 'PostConfirmation_ConfirmSignUp' | 'PostConfirmation_ConfirmForgotPassword',
  subject: TriggerSubject,
  clientMetadata: ClientMetadata | undefined,
): Promise<void> {
  const functionArn = subject.pool.settings.LambdaConfig?.PostConfirmation
  if (functionArn === undefined) return
  const event = postConfirmationEvent(source, contextOf(environment, subject), {
    user: triggerUserOf(subject),
    clientMetadata,
  })
  responseOf(await environment.triggers.invoke(functionArn, event))
}

/**
 * PreAuthentication.
 *
 * @param subject.user undefined: nobody has the name that was typed
 * @throws TriggerError
 */
export async function runPreAuthentication(
  environment: Environment,
  subject: Omit<TriggerSubject, 'user'> & {
    readonly user: User | undefined
    readonly typedName: string
  },
  validationData: ClientMetadata | undefined,
): Promise<void> {
  const functionArn = subject.pool.settings.LambdaConfig?.PreAuthentication
  if (functionArn === undefined) return
  const { user, pool, clientId } = subject
  const event = preAuthenticationEvent(
    {
      region: environment.region,
      userPoolId: pool.id,
      username: user?.username ?? subject.typedName,
      clientId,
    },
    user === undefined
      ? { user: { attributes: {} }, validationData, userNotFound: true }
      : { user: triggerUserOf({ pool, clientId, user }), validationData },
  )
  responseOf(await environment.triggers.invoke(functionArn, event))
}

/** PostAuthentication. @throws TriggerError */
export async function runPostAuthentication(
  environment: Environment,
  subject: TriggerSubject,
  clientMetadata: ClientMetadata | undefined,
): Promise<void> {
  const functionArn = subject.pool.settings.LambdaConfig?.PostAuthentication
  if (functionArn === undefined) return
  const event = postAuthenticationEvent(contextOf(environment, subject), {
    user: triggerUserOf(subject),
    newDeviceUsed: false,
    clientMetadata,
  })
  responseOf(await environment.triggers.invoke(functionArn, event))
}

/** PreTokenGeneration: what it changes in the tokens; undefined if nobody asks. @throws TriggerError */
export async function runPreTokenGeneration(
  environment: Environment,
  source: PreTokenGenerationSource,
  subject: TriggerSubject,
  {
    groups,
    scopes,
    originJti,
    clientMetadata,
  }: {
    readonly groups: GroupConfiguration
    readonly scopes: readonly string[]
    readonly originJti: string
    readonly clientMetadata: ClientMetadata | undefined
  },
): Promise<TokenOverrides | undefined> {
  const trigger = preTokenGenerationFunction(subject.pool.settings.LambdaConfig ?? {})
  if (trigger === undefined) return undefined
  const event = preTokenGenerationEvent(source, contextOf(environment, subject), {
    version: trigger.version,
    user: triggerUserOf(subject),
    groups,
    scopes,
    originJti,
    clientMetadata,
  })
  const output = await environment.triggers.invoke(trigger.functionArn, event)
  const { overrides, warning } = checkPreTokenGeneration(trigger.version, output)
  if (warning !== undefined) environment.onEvent({ kind: 'warning', message: warning })
  return overrides
}

/** CustomMessage: the texts it wrote; none if there is no trigger. @throws TriggerError */
export async function runCustomMessage(
  environment: Environment,
  source: CustomMessageSource,
  subject: TriggerSubject,
  clientMetadata: ClientMetadata | undefined,
): Promise<CustomMessage> {
  const functionArn = subject.pool.settings.LambdaConfig?.CustomMessage
  if (functionArn === undefined) return {}
  const event = customMessageEvent(source, contextOf(environment, subject), {
    user: triggerUserOf(subject),
    clientMetadata,
  })
  return checkCustomMessage(source, await environment.triggers.invoke(functionArn, event))
}
