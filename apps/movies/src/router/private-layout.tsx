import { Navigate, Outlet, useLocation } from 'react-router'
import { signInPath } from './paths.ts'
import { useSessionState } from './use-session-state.ts'

/** Pages for a signed-in person; when the session ends, one is led to sign in and back again. */
export function PrivateLayout() {
  const state = useSessionState()
  const { pathname, search } = useLocation()
  if (state.kind === 'signedIn') return <Outlet />
  const isOwnWish = state.kind === 'signedOut' && state.reason === 'signedOut'
  return <Navigate replace to={signInPath(isOwnWish ? undefined : pathname + search)} />
}
