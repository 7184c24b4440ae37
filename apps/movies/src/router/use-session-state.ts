import { useSyncExternalStore } from 'react'
import type { SessionState } from '../session/session.ts'
import { useApplication } from './use-application.ts'

/** The session's state, kept up to date with every tab of the browser. */
export function useSessionState(): SessionState {
  const { session } = useApplication()
  return useSyncExternalStore(session.subscribe, session.getState)
}
