/**
 * The Pre Token Generation function: gives each sign-in of a user an account and two Fauna tokens.
 *
 * It runs once or several times for one sign-in, and again at each refresh; every run may mint tokens,
 * none makes a second account.
 */
import { randomUUID } from 'node:crypto'
import type { Configuration } from './configuration.ts'
import { createDataApi, type DataApi, DataApiError } from './data-api.ts'
import { type JsonObject, readEvent, type TokenGenerationEvent } from './event.ts'
import { type Claims, respond } from './response.ts'
import { createServerKey, ServerKeyError } from './server-key.ts'
import { readSignInResult, type SignInResult, signInQuery } from './sign-in-query.ts'

/** What the function is told of its own invocation: a part of Lambda's `Context`. */
export interface InvocationContext {
  getRemainingTimeInMillis?(): number
}

/** A Lambda handler. It is safe to call while an earlier call has not ended. */
export type Handler = (event: unknown, context?: InvocationContext) => Promise<JsonObject>

/** A line of the log. It holds no token, no secret and no address. */
export type LogLine =
  | {
      readonly level: 'info'
      readonly message: 'signed in'
      readonly triggerSource: string
      readonly outcome: SignInResult['outcome']
      readonly attempts: number
      readonly milliseconds: number
    }
  | {
      readonly level: 'error'
      readonly message: 'no Fauna tokens'
      readonly triggerSource: string
      readonly reason: string
      readonly why: string
      readonly milliseconds: number
    }

/** The sign-in is refused. The user pool shows the message to the user: it says nothing of why. */
export class SignInRefused extends Error {
  override readonly name = 'SignInRefused'

  constructor() {
    super('Sign-in is not possible at the moment')
  }
}

/** The configuration does not go with the version of the trigger's events. */
export class VersionError extends Error {
  override readonly name = 'VersionError'
}

/** Kept from the platform's own limit, to answer or to refuse in time. */
const marginMs = 250

/**
 * Makes the function. It connects at its first invocation and stays connected.
 *
 * @param log default: one line of JSON on the console
 */
export function createHandler(
  configuration: Configuration,
  log: (line: LogLine) => void = logToConsole,
): Handler {
  const dataApi = createDataApi(configuration.endpoint, createServerKey(configuration.serverKey))
  return async (event, context) => {
    const started = performance.now()
    const limitMs = (context?.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) - marginMs
    const untilMs = started + Math.min(configuration.timeoutMs, limitMs)
    const read = readEvent(event)
    // A machine has no account.
    if (read.subject === undefined) return read.event
    if (read.version === '1' && !configuration.claimsIn.idToken) {
      throw new VersionError('Events of version V1_0 cannot change the access token')
    }
    const { triggerSource } = read
    const milliseconds = () => Math.round(performance.now() - started)
    try {
      const signIn = { ...read, subject: read.subject }
      const { attempts, ...result } = await tokensFor(signIn, { configuration, dataApi, untilMs })
      const { outcome } = result
      log({
        level: 'info',
        message: 'signed in',
        triggerSource,
        outcome,
        attempts,
        milliseconds: milliseconds(),
      })
      return respond(read, claimsOf(result, configuration), configuration)
    } catch (error) {
      // Whatever else is thrown may carry the request: it goes neither to the log nor to the user.
      const isOurs = error instanceof DataApiError || error instanceof ServerKeyError
      log({
        level: 'error',
        message: 'no Fauna tokens',
        triggerSource,
        reason: error instanceof DataApiError ? error.reason : isOurs ? 'no-key' : 'bug',
        why: isOurs ? error.message : error instanceof Error ? error.name : 'unknown error',
        milliseconds: milliseconds(),
      })
      if (configuration.withoutTokens === 'refuse') throw new SignInRefused()
      return respond(read, {}, configuration)
    }
  }
}

async function tokensFor(
  { subject, provedEmail, originJti }: TokenGenerationEvent & { readonly subject: string },
  {
    configuration,
    dataApi,
    untilMs,
  }: {
    readonly configuration: Configuration
    readonly dataApi: DataApi
    readonly untilMs: number
  },
): Promise<SignInResult & { readonly attempts: number }> {
  const query = signInQuery({
    subject,
    provedEmail,
    adopts: configuration.adoptsByEmail,
    session: originJti ?? randomUUID(),
    lifetimes: configuration.lifetimes,
  })
  const { result, attempts } = await dataApi.query(query, untilMs)
  const signedIn = readSignInResult(result)
  if (signedIn === undefined) {
    throw new DataApiError('query-refused', 'The data API answers something else than was asked')
  }
  return { ...signedIn, attempts }
}

function claimsOf(
  { accountId, accessToken, refreshToken }: SignInResult,
  { claims }: Configuration,
): Claims {
  const values = [
    [claims.accessToken, accessToken],
    [claims.refreshToken, refreshToken],
    [claims.userId, accountId],
  ] as const
  return Object.fromEntries(
    values.filter(
      (claim): claim is [string, string] => claim[0] !== undefined && claim[1] !== undefined,
    ),
  )
}

function logToConsole(line: LogLine): void {
  console[line.level](JSON.stringify(line))
}
