import { Button, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { ProblemAlert } from './problem-alert.tsx'
import { useTask } from './use-submit.ts'

/** Sends another code to an address, and says so; `onNoEmail` runs if there is no address yet. */
export function ResendCode({
  email,
  send,
  onNoEmail,
}: {
  readonly email: string
  readonly send: (email: string) => Promise<void>
  readonly onNoEmail: () => void
}) {
  const [sentTo, setSentTo] = useState<string>()
  const { isBusy, problem, run } = useTask()
  const resend = (): void => {
    if (email === '') {
      onNoEmail()
      return
    }
    run(async () => {
      setSentTo(undefined)
      await send(email)
      setSentTo(email)
    })
  }
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="subtle" size="compact-sm" loading={isBusy} onClick={resend}>
        Send a new code
      </Button>
      <Text role="status" size="sm">
        {sentTo !== undefined &&
          `A new code was sent to ${sentTo}. Older ones do not work any more.`}
      </Text>
      {problem !== undefined && <ProblemAlert>{problem}</ProblemAlert>}
    </Stack>
  )
}
