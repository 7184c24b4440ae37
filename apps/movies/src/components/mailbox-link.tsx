import { Anchor, Text } from '@mantine/core'
import { useApplication } from '../router/use-application.ts'

/** In development no mail leaves this machine: where to read it. */
export function MailboxLink() {
  const { mailbox } = useApplication().config
  if (mailbox === undefined) return undefined
  return (
    <Text size="sm" c="dimmed">
      This server keeps its messages in the{' '}
      <Anchor href={mailbox} target="_blank" inherit underline="always">
        development mailbox
      </Anchor>
      .
    </Text>
  )
}
