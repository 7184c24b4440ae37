import { Anchor } from '@mantine/core'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Handover } from '../router/paths.ts'

/** A link to another page of ours. */
export function PageLink({
  to,
  state,
  children,
}: {
  readonly to: string
  readonly state?: Handover
  readonly children: ReactNode
}) {
  return (
    <Anchor component={Link} to={to} state={state} size="sm">
      {children}
    </Anchor>
  )
}
