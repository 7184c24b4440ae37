/**
 * The answer to the user pool: the event with claims added and suppressed.
 *
 * What the response already holds stays, should another function have filled it in before. Groups are
 * always given back as they came: how the service reads a response without them is not documented well.
 */
import type { Configuration } from './configuration.ts'
import { isJsonObject, type JsonObject, type TokenGenerationEvent } from './event.ts'

/** Claims to add, by name. */
export type Claims = Readonly<Record<string, string>>

/** The event to return, in the shape of its version. */
export function respond(
  read: TokenGenerationEvent,
  claims: Claims,
  { claimsIn, suppressedClaims }: Pick<Configuration, 'claimsIn' | 'suppressedClaims'>,
): JsonObject {
  const { event, response, version } = read
  const inIdToken = {
    claims: claimsIn.idToken ? claims : {},
    suppressed: suppressedClaims,
  }
  if (version === '1') {
    const details = objectIn(response, 'claimsOverrideDetails')
    const claimsOverrideDetails = {
      ...details,
      ...withClaims(details, inIdToken),
      ...groupsOf(details, read),
    }
    return { ...event, response: { ...response, claimsOverrideDetails } }
  }
  const details = objectIn(response, 'claimsAndScopeOverrideDetails')
  const claimsAndScopeOverrideDetails = {
    ...details,
    idTokenGeneration: withClaims(objectIn(details, 'idTokenGeneration'), inIdToken),
    ...(claimsIn.accessToken && {
      accessTokenGeneration: withClaims(objectIn(details, 'accessTokenGeneration'), {
        claims,
        suppressed: [],
      }),
    }),
    ...groupsOf(details, read),
  }
  return { ...event, response: { ...response, claimsAndScopeOverrideDetails } }
}

function objectIn(object: JsonObject, name: string): JsonObject {
  const value = object[name]
  return isJsonObject(value) ? value : {}
}

function withClaims(
  given: JsonObject,
  { claims, suppressed }: { readonly claims: Claims; readonly suppressed: readonly string[] },
): JsonObject {
  const already: unknown[] = Array.isArray(given.claimsToSuppress) ? given.claimsToSuppress : []
  return {
    ...given,
    claimsToAddOrOverride: { ...objectIn(given, 'claimsToAddOrOverride'), ...claims },
    claimsToSuppress: [...new Set([...already, ...suppressed])],
  }
}

function groupsOf(
  details: JsonObject,
  { groupConfiguration }: TokenGenerationEvent,
): { readonly groupOverrideDetails?: JsonObject } {
  if (isJsonObject(details.groupOverrideDetails) || groupConfiguration === undefined) return {}
  return { groupOverrideDetails: groupConfiguration }
}
