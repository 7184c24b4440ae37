/**
 * The User Migration trigger: it knows users of another directory, who move here at their first sign-in.
 *
 * @see user-pools §5.3
 */
import {
  type ClientMetadata,
  type TriggerContext,
  type TriggerEvent,
  triggerEvent,
} from './event.ts'
import {
  type JsonObject,
  optionalFlag,
  optionalObject,
  optionalString,
  responseOf,
} from './response.ts'
import { unrecognizableOutput } from './trigger-error.ts'

/** When it is asked. */
export type UserMigrationSource = 'UserMigration_Authentication' | 'UserMigration_ForgotPassword'

/** The event about a name that nobody has; `context.username` is what was typed. */
export function userMigrationEvent(
  source: UserMigrationSource,
  context: TriggerContext,
  request: {
    /** What was typed, in clear: the other directory must check it. Only when somebody signs in. */
    readonly password?: string | undefined
    readonly validationData?: ClientMetadata | undefined
    readonly clientMetadata?: ClientMetadata | undefined
  },
): TriggerEvent {
  return triggerEvent(source, context, {
    request: {
      password: request.password,
      validationData: request.validationData ?? null,
      clientMetadata: request.clientMetadata,
    },
    response: {
      userAttributes: null,
      forceAliasCreation: null,
      finalUserStatus: null,
      messageAction: null,
      desiredDeliveryMediums: null,
      enableSMSMFA: null,
    },
  })
}

/** A user of another directory. */
export interface MigratedUser {
  /** Undefined: what was typed. */
  readonly username: string | undefined
  readonly attributes: Readonly<Record<string, string>>
  readonly status: 'CONFIRMED' | 'RESET_REQUIRED'
  readonly takesAliases: boolean
}

/** Undefined: the function knows nobody of that name. @throws TriggerError */
export function checkUserMigration(output: unknown): MigratedUser | undefined {
  const response = responseOf(output)
  const attributes = optionalObject(response, 'userAttributes')
  if (attributes === undefined) return undefined
  return {
    username: optionalString(attributes, 'username'),
    attributes: stringsOf(attributes),
    status: statusOf(optionalString(response, 'finalUserStatus')),
    takesAliases: optionalFlag(response, 'forceAliasCreation'),
  }
}

function statusOf(text = 'RESET_REQUIRED'): MigratedUser['status'] {
  if (text === 'CONFIRMED' || text === 'RESET_REQUIRED') return text
  throw unrecognizableOutput()
}

/** The name stands beside them; a `sub` is ours to give. */
function stringsOf(attributes: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.keys(attributes).flatMap((name): [string, string][] => {
      const value = optionalString(attributes, name)
      return value === undefined || name === 'sub' || name === 'username' ? [] : [[name, value]]
    }),
  )
}
