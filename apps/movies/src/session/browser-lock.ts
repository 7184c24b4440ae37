import type { Lock } from './renewal.ts'

/**
 * One body at a time in all tabs of this browser, by its own lock manager. A page that the browser does
 * not trust (plain HTTP from another machine) has none, and no cookies to share either: there each tab has
 * a session of its own, and a lock of its own.
 */
export function openLock(): Lock {
  if (!('locks' in navigator)) return createTabLock()
  return (body) => navigator.locks.request('movies-session', body)
}

/** One body at a time among those that share this lock. */
export function createTabLock(): Lock {
  let last: Promise<unknown> = Promise.resolve()
  return (body) => {
    const result = last.then(body, body)
    last = result
    return result
  }
}
