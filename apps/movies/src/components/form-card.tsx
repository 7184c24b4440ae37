import { Button, Paper, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { ProblemAlert } from './problem-alert.tsx'
import type { Submission } from './use-submit.ts'

/** A form on a card: problems, fields, one button; disabled as a whole while it is being sent. */
export function FormCard({
  submission: { isBusy, problem, onSubmit },
  submitLabel,
  children,
}: {
  readonly submission: Submission
  readonly submitLabel: string
  readonly children: ReactNode
}) {
  return (
    <Paper withBorder p={{ base: 'md', xs: 'lg' }} radius="md">
      <form onSubmit={onSubmit} noValidate aria-busy={isBusy}>
        <Stack>
          {problem !== undefined && <ProblemAlert>{problem}</ProblemAlert>}
          {children}
          <Button type="submit" loading={isBusy} fullWidth>
            {submitLabel}
          </Button>
        </Stack>
      </form>
    </Paper>
  )
}
