import { Alert } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'

/** Something worth knowing that is no problem. */
export function Notice({ children }: { readonly children: ReactNode }) {
  return (
    <Alert variant="light" role="status" icon={<IconInfoCircle aria-hidden />}>
      {children}
    </Alert>
  )
}
