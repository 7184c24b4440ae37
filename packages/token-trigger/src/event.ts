/** The event of Cognito's Pre Token Generation trigger, versions V1_0, V2_0 and V3_0. */

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether the value is a JSON object. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What the trigger reads in an event. */
export interface TokenGenerationEvent {
  /** The whole event: it is returned, with the response filled in. */
  readonly event: JsonObject
  readonly version: '1' | '2' | '3'
  readonly triggerSource: string
  /** `<user pool id>/<sub>`; undefined for a sign-in of a machine, which has no user. */
  readonly subject: string | undefined
  /** The address, if the pool knows that the user receives what is sent there. */
  readonly provedEmail: string | undefined
  /** The id of the sign-in. Ours alone: the real service does not send it. */
  readonly originJti: string | undefined
  /** The user's groups as they are, to be given back: a response without them may take them away. */
  readonly groupConfiguration: JsonObject | undefined
  readonly response: JsonObject
}

/** The event is not one that this function is for. */
export class EventError extends Error {
  override readonly name = 'EventError'
}

/**
 * Reads an event.
 *
 * @throws EventError
 */
export function readEvent(event: unknown): TokenGenerationEvent {
  if (!isJsonObject(event)) throw new EventError('The event is not an object')
  const { version, triggerSource, userPoolId } = event
  if (typeof triggerSource !== 'string' || !triggerSource.startsWith('TokenGeneration_')) {
    throw new EventError('This function is for the Pre Token Generation trigger alone')
  }
  if (version !== '1' && version !== '2' && version !== '3') {
    throw new EventError('The event has a version that this function does not know')
  }
  // No slash: it ends the pool's id in a subject.
  if (typeof userPoolId !== 'string' || !/^[\w-]+$/.test(userPoolId)) {
    throw new EventError('The event names no user pool')
  }
  const request = isJsonObject(event.request) ? event.request : {}
  const attributes = isJsonObject(request.userAttributes) ? request.userAttributes : {}
  const { groupConfiguration } = request
  return {
    event,
    version,
    triggerSource,
    subject:
      triggerSource === 'TokenGeneration_ClientCredentials'
        ? undefined
        : `${userPoolId}/${subOf(attributes)}`,
    provedEmail: provedEmailOf(attributes),
    originJti: originJtiOf(event.vivarium),
    groupConfiguration: isJsonObject(groupConfiguration) ? groupConfiguration : undefined,
    response: isJsonObject(event.response) ? event.response : {},
  }
}

function subOf({ sub }: JsonObject): string {
  if (typeof sub !== 'string' || sub === '') throw new EventError('The event names no user')
  return sub
}

/** Attributes are strings, flags among them. The address is taken as it is written, case and all. */
function provedEmailOf({ email, email_verified }: JsonObject): string | undefined {
  const isProved = typeof email === 'string' && email !== '' && email_verified === 'true'
  return isProved ? email : undefined
}

function originJtiOf(vivarium: unknown): string | undefined {
  const originJti = isJsonObject(vivarium) ? vivarium.originJti : undefined
  return typeof originJti === 'string' && originJti !== '' ? originJti : undefined
}
