import { Modal } from '@mantine/core'
import type { ReactNode } from 'react'

/** A dialog over the page. Its header is no `header`: a page has one banner. */
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
