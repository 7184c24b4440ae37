/**
 * Credentials in cookies: `Secure`, `SameSite=Strict`, each with its token's own lifetime.
 *
 * The scripts of the page must read them, since the browser itself talks to the database, so they cannot
 * be `HttpOnly`; what keeps strange scripts out is the content security policy. Of all storage that tabs
 * share, cookies alone end by themselves. `__Host-` means: set by this host only, and over a connection
 * that the browser trusts. Chromium and Firefox trust `http://localhost` and `http://127.0.0.1`; a browser
 * that does not keeps nothing, which `openVault` notices.
 */
import type { SecretKind } from '../config.ts'
import type { Credentials, SignIn, TimedSecret } from './credentials.ts'
import { openMemoryVault, type Vault } from './vault.ts'

/**
 * Where each part is. The two kinds of access have names of their own: a browser that held the one when the
 * server was switched to the other gets new secrets from the user pool, by its sign-in.
 */
const cookieNamesOf = {
  fauna: {
    access: '__Host-movies-access',
    refresh: '__Host-movies-refresh',
    signIn: '__Host-movies-sign-in',
  },
  'id-token': {
    access: '__Host-movies-id-token',
    refresh: '__Host-movies-id-token-refresh',
    signIn: '__Host-movies-sign-in',
  },
} as const satisfies Record<SecretKind, object>

/** What browsers keep: name and value together (RFC 6265bis). */
const cookieBytesMax = 4096

/** The lifetime of the user pool's refresh token is not on the wire; 30 days is the pools' default. */
const signInLifetimeMs = 30 * 24 * 60 * 60 * 1000

/** Cookies if this browser keeps secure ones for this address, else this tab's memory. */
export async function openVault(kind: SecretKind): Promise<Vault> {
  return (await keepsSecureCookies())
    ? openCookieVault(globalThis.cookieStore, kind)
    : openMemoryVault()
}

/** Credentials in a cookie store. */
export function openCookieVault(cookies: CookieStore, kind: SecretKind): Vault {
  const cookieNames = cookieNamesOf[kind]
  // An ID token with very many claims may be too long for a cookie: then this tab keeps one of its own,
  // as long as the sign-in that all tabs share is the one that gave it.
  let tooLong: Credentials | undefined
  const read = async (name: string): Promise<unknown> => {
    const cookie = await cookies.get(name)
    return cookie?.value === undefined ? undefined : parse(cookie.value)
  }
  const write = (name: string, value: unknown, expires: number): Promise<void> =>
    value === undefined
      ? cookies.delete(name)
      : cookies.set({ name, value: textOf(value), expires, sameSite: 'strict', path: '/' })
  return {
    async read() {
      const signIn = parseSignIn(await read(cookieNames.signIn))
      const isOfSignIn = tooLong?.signIn?.refreshToken === signIn?.refreshToken
      const held = isOfSignIn ? tooLong?.access : undefined
      return {
        access: parseTimedSecret(await read(cookieNames.access)) ?? held,
        refresh: parseTimedSecret(await read(cookieNames.refresh)),
        signIn,
      }
    },
    async write({ access, refresh, signIn }: Credentials) {
      const fits = cookieNames.access.length + textOf(access ?? '').length <= cookieBytesMax
      tooLong = fits ? undefined : { access, signIn }
      await write(cookieNames.access, fits ? access : undefined, access?.expiresAtMs ?? 0)
      await write(cookieNames.refresh, refresh, refresh?.expiresAtMs ?? 0)
      // Written once: a renewal does not make it younger.
      const kept = parseSignIn(await read(cookieNames.signIn))
      if (kept?.refreshToken !== signIn?.refreshToken) {
        await write(cookieNames.signIn, signIn, Date.now() + signInLifetimeMs)
      }
    },
    subscribe(listener) {
      const ours: readonly (string | undefined)[] = Object.values(cookieNames)
      const onChange = ({ changed, deleted }: CookieChangeEvent): void => {
        if ([...changed, ...deleted].some(({ name }) => ours.includes(name))) listener()
      }
      cookies.addEventListener('change', onChange)
      return () => cookies.removeEventListener('change', onChange)
    },
  }
}

async function keepsSecureCookies(): Promise<boolean> {
  if (!('cookieStore' in globalThis)) return false
  const name = '__Host-movies-probe'
  try {
    await cookieStore.set({ name, value: '1', sameSite: 'strict', path: '/' })
    const kept = await cookieStore.get(name)
    await cookieStore.delete(name)
    return kept?.value === '1'
  } catch {
    // A browser that refuses says so in its own way; memory serves in every one.
    return false
  }
}

/** In characters that a cookie may have, one byte each. */
function textOf(value: unknown): string {
  return encodeURIComponent(JSON.stringify(value))
}

/** A cookie is input: another program on this host may have written anything. */
function parse(value: string): unknown {
  try {
    return JSON.parse(decodeURIComponent(value))
  } catch {
    return undefined
  }
}

function parseTimedSecret(value: unknown): TimedSecret | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('secret' in value) || !('expiresAtMs' in value)) return undefined
  const { secret, expiresAtMs } = value
  if (typeof secret !== 'string' || typeof expiresAtMs !== 'number') return undefined
  return { secret, expiresAtMs }
}

function parseSignIn(value: unknown): SignIn | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (!('username' in value) || !('refreshToken' in value)) return undefined
  const { username, refreshToken } = value
  if (typeof username !== 'string' || typeof refreshToken !== 'string') return undefined
  return { username, refreshToken }
}
