import { describe, expect, it } from 'vitest'
import { lifetimesComplaint, type TokenValidity, tokenLifetimes } from './lifetimes.ts'

const day = 86_400

describe('tokenLifetimes', () => {
  it.each<[TokenValidity, number[]]>([
    [{}, [3600, 3600, 30 * day]],
    [
      { AccessTokenValidity: 2, IdTokenValidity: 3, RefreshTokenValidity: 4 },
      [7200, 10800, 4 * day],
    ],
    [{ RefreshTokenValidity: 0 }, [3600, 3600, 30 * day]],
    [
      {
        AccessTokenValidity: 5,
        IdTokenValidity: 600,
        RefreshTokenValidity: 90,
        TokenValidityUnits: { AccessToken: 'minutes', IdToken: 'seconds', RefreshToken: 'minutes' },
      },
      [300, 600, 5400],
    ],
    [
      { AccessTokenValidity: 1, TokenValidityUnits: { AccessToken: 'days' } },
      [day, 3600, 30 * day],
    ],
    // A unit without a value says nothing.
    [{ TokenValidityUnits: { AccessToken: 'days' } }, [3600, 3600, 30 * day]],
  ])('of %j are %j', (client, [accessSeconds, idSeconds, refreshSeconds]) => {
    expect(tokenLifetimes(client)).toEqual({ accessSeconds, idSeconds, refreshSeconds })
  })
})

describe('lifetimesComplaint', () => {
  const seconds = { AccessToken: 'seconds', IdToken: 'seconds', RefreshToken: 'seconds' } as const
  const complaint = (validity: TokenValidity) =>
    lifetimesComplaint({ ...validity, TokenValidityUnits: seconds })

  it.each(['AccessTokenValidity', 'IdTokenValidity'])('allows %s 5 minutes to a day', (name) => {
    expect(complaint({ [name]: 300 })).toBeUndefined()
    expect(complaint({ [name]: day })).toBeUndefined()
    expect(complaint({ [name]: 299 })).toBe('Invalid range for token validity.')
    expect(complaint({ [name]: day + 1 })).toBe('Invalid range for token validity.')
  })

  it('allows refresh tokens an hour to ten years', () => {
    expect(complaint({ RefreshTokenValidity: 3600 })).toBeUndefined()
    expect(complaint({ RefreshTokenValidity: 3650 * day })).toBeUndefined()
    expect(complaint({ RefreshTokenValidity: 3599 })).toBe('Invalid range for token validity.')
    expect(complaint({ RefreshTokenValidity: 3650 * day + 1 })).toBe(
      'Invalid range for token validity.',
    )
    expect(complaint({ RefreshTokenValidity: 0 })).toBeUndefined()
  })
})
