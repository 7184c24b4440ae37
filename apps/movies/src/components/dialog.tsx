import { Modal } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'

/**
 * A dialog over the page, open as long as it is there; then the focus goes back to what opened it. Its
 * header is no `header`: a page has one banner.
 */
export function Dialog({
  title,
  onClose,
  closeOnClickOutside = true,
  children,
}: {
  readonly title: string
  readonly onClose: () => void
  readonly closeOnClickOutside?: boolean
  readonly children: ReactNode
}) {
  useFocusReturn()
  return (
    <Modal.Root opened onClose={onClose} closeOnClickOutside={closeOnClickOutside}>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Header component="div">
          <Modal.Title fw={600}>{title}</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </Modal.Header>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** Mantine's own return of the focus waits for a dialog that closes, not for one that is taken away. */
function useFocusReturn(): void {
  const [opener] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      if (opener instanceof HTMLElement) opener.focus()
    },
    [opener],
  )
}
