/** The units of `TokenValidityUnits`. */
export type ValidityUnit = 'seconds' | 'minutes' | 'hours' | 'days'

/** What an app client says about the lifetimes of its tokens, in wire shape. */
export interface TokenValidity {
  readonly AccessTokenValidity?: number | undefined
  readonly IdTokenValidity?: number | undefined
  readonly RefreshTokenValidity?: number | undefined
  readonly TokenValidityUnits?:
    | {
        readonly AccessToken?: ValidityUnit | undefined
        readonly IdToken?: ValidityUnit | undefined
        readonly RefreshToken?: ValidityUnit | undefined
      }
    | undefined
}

/** Lifetimes in seconds, counted from `iat`; the refresh token's from the sign-in. */
export interface TokenLifetimes {
  readonly accessSeconds: number
  readonly idSeconds: number
  readonly refreshSeconds: number
}

const secondsPer: Readonly<Record<ValidityUnit, number>> = {
  seconds: 1,
  minutes: 60,
  hours: 60 * 60,
  days: 24 * 60 * 60,
}

const hour = secondsPer.hours
const day = secondsPer.days
const refreshDefaultDays = 30

/**
 * The lifetimes an app client asks for: an hour for ID and access tokens and 30 days for refresh tokens
 * where it does not say. A refresh lifetime of 0 also means 30 days.
 *
 * @see user-pools §4.4
 */
export function tokenLifetimes(client: TokenValidity): TokenLifetimes {
  const units = client.TokenValidityUnits
  const access = client.AccessTokenValidity
  const id = client.IdTokenValidity
  const refresh = client.RefreshTokenValidity
  return {
    accessSeconds: access === undefined ? hour : access * secondsPer[units?.AccessToken ?? 'hours'],
    idSeconds: id === undefined ? hour : id * secondsPer[units?.IdToken ?? 'hours'],
    refreshSeconds:
      refresh === undefined || refresh === 0
        ? refreshDefaultDays * day
        : refresh * secondsPer[units?.RefreshToken ?? 'days'],
  }
}

/**
 * The text of the `InvalidParameterException` for lifetimes outside of what Cognito allows: 5 minutes to
 * a day for ID and access tokens, an hour to ten years for refresh tokens; undefined if they are inside.
 */
export function lifetimesComplaint(client: TokenValidity): string | undefined {
  const { accessSeconds, idSeconds, refreshSeconds } = tokenLifetimes(client)
  const isAllowed =
    isWithin(accessSeconds, 5 * 60, day) &&
    isWithin(idSeconds, 5 * 60, day) &&
    isWithin(refreshSeconds, hour, 3650 * day)
  return isAllowed ? undefined : 'Invalid range for token validity.'
}

function isWithin(value: number, min: number, max: number): boolean {
  return value >= min && value <= max
}
