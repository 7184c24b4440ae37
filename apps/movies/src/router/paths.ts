/** Where each page is. */
export const paths = {
  movies: '/movies',
  account: '/account',
  signIn: '/sign-in',
  signUp: '/sign-up',
  confirm: '/confirm',
  forgotPassword: '/forgot-password',
  newPassword: '/new-password',
} as const

/** The sign-in page, which leads back to where one was. */
export function signInPath(returnTo?: string): string {
  return returnTo === undefined || returnTo === paths.movies
    ? paths.signIn
    : `${paths.signIn}?${new URLSearchParams({ returnTo })}`
}

/** Where to go after signing in: a page of ours only, whatever the address says. */
export function returnPath(search: URLSearchParams): string {
  const returnTo = search.get('returnTo')
  return returnTo?.match(/^\/(?![/\\])/) ? returnTo : paths.movies
}

/** What one page tells the next without putting it into the address. */
export interface Handover {
  readonly email?: string | undefined
  readonly notice?: string | undefined
}

/** What the page before handed over. */
export function handoverOf(state: unknown): Handover {
  if (typeof state !== 'object' || state === null) return {}
  return {
    email: 'email' in state && typeof state.email === 'string' ? state.email : undefined,
    notice: 'notice' in state && typeof state.notice === 'string' ? state.notice : undefined,
  }
}
