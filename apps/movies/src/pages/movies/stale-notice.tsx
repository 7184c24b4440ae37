import { Button, Stack, Text } from '@mantine/core'
import { ProblemAlert } from '../../components/problem-alert.tsx'

/** Over a list that could not be loaded again: it is what it was, and how to have it as it is. */
export function StaleNotice({
  problem,
  isBusy,
  onRetry,
}: {
  readonly problem: string
  readonly isBusy: boolean
  readonly onRetry: () => void
}) {
  return (
    <ProblemAlert>
      <Stack gap="sm" align="flex-start">
        <Text size="sm">This list may be out of date. {problem}</Text>
        <Button variant="default" size="xs" loading={isBusy} onClick={onRetry}>
          Try again
        </Button>
      </Stack>
    </ProblemAlert>
  )
}
