/**
 * Credentials in cookies: `Secure`, `SameSite=Strict`, each with its token's own lifetime.
 *
 * The scripts of the page must read them, since the browser itself talks to the database, so they cannot
 * be `HttpOnly`; what keeps strange scripts out is the content security policy. Of all storage that tabs
 * share, cookies alone end by themselves. `__Host-` means: set by this host only, and over a connection
 * that the browser trusts. Chromium and Firefox trust `http://localhost` and `http://127.0.0.1`; a browser
 * that does not keeps nothing, which `openVault` notices.
 */
import type { Credentials, SignIn, TimedSecret } from './credentials.ts'
import { openMemoryVault, type Vault } from './vault.ts'

const cookieNames = {
  access: '__Host-movies-access',
  refresh: '__Host-movies-refresh',
  signIn: '__Host-movies-sign-in',
} as const

/** The lifetime of the user pool's refresh token is not on the wire; 30 days is the pools' default. */
const signInLifetimeMs = 30 * 24 * 60 * 60 * 1000

/** Cookies if this browser keeps secure ones for this address, else this tab's memory. */
export async function openVault(): Promise<Vault> {
  return (await keepsSecureCookies()) ? openCookieVault(globalThis.cookieStore) : openMemoryVault()
}

/** Credentials in a cookie store. */
export function openCookieVault(cookies: CookieStore): Vault {
  const read = async (name: string): Promise<unknown> => {
    const cookie = await cookies.get(name)
    return cookie?.value === undefined ? undefined : parse(cookie.value)
  }
  const write = (name: string, value: unknown, expires: number): Promise<void> =>
    value === undefined
      ? cookies.delete(name)
      : cookies.set({
          name,
          value: encodeURIComponent(JSON.stringify(value)),
          expires,
          sameSite: 'strict',
          path: '/',
        })
  return {
    read: async () => ({
      access: parseTimedSecret(await read(cookieNames.access)),
      refresh: parseTimedSecret(await read(cookieNames.refresh)),
      signIn: parseSignIn(await read(cookieNames.signIn)),
    }),
    async write({ access, refresh, signIn }: Credentials) {
      await write(cookieNames.access, access, access?.expiresAtMs ?? 0)
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
