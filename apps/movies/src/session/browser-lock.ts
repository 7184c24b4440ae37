import type { Lock } from './renewal.ts'

/** One renewal at a time in all tabs of this browser, by the browser's own lock manager. */
export const browserLock: Lock = (body) => navigator.locks.request('movies-session', body)
