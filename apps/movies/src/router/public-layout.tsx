import { Navigate, Outlet, useSearchParams } from 'react-router'
import { returnPath } from './paths.ts'
import { useSessionState } from './use-session-state.ts'

/** Pages for somebody who is not signed in; once they are, in this tab or another, they are led on. */
export function PublicLayout() {
  const state = useSessionState()
  const [search] = useSearchParams()
  return state.kind === 'signedIn' ? <Navigate replace to={returnPath(search)} /> : <Outlet />
}
