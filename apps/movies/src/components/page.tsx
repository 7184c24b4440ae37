import { Container, Group, Stack, Title } from '@mantine/core'
import { type ReactNode, useEffect, useRef } from 'react'
import { useNavigationType } from 'react-router'

/** A page: its title for the browser, and a heading that takes the focus when one navigates to it. */
export function Page({
  title,
  size = 'md',
  actions,
  children,
}: {
  readonly title: string
  readonly size?: 'xs' | 'md'
  readonly actions?: ReactNode
  readonly children: ReactNode
}) {
  const heading = useRef<HTMLHeadingElement>(null)
  const isArrival = useNavigationType() !== 'POP'
  // After a link the focus would stay on a thing that is gone. On the first page, and after the
  // browser's own back and forward, the browser has put it where it belongs.
  useEffect(() => {
    if (isArrival) heading.current?.focus({ preventScroll: true })
  }, [isArrival])
  return (
    <Container size={size} px={0}>
      <title>{`${title} · Movies`}</title>
      <Stack gap="lg">
        <Group justify="space-between">
          <Title order={1} ref={heading} tabIndex={-1} style={{ outline: 'none' }}>
            {title}
          </Title>
          {actions}
        </Group>
        {children}
      </Stack>
    </Container>
  )
}
