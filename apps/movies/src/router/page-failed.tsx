import { Button, Group } from '@mantine/core'
import { useRevalidator, useRouteError } from 'react-router'
import { Page } from '../components/page.tsx'
import { ProblemAlert } from '../components/problem-alert.tsx'
import { problemOf } from '../words/problem.ts'

/** In the place of a page that could not be loaded. */
export function PageFailed() {
  const error = useRouteError()
  const { revalidate, state } = useRevalidator()
  return (
    <Page title="This page could not be loaded" size="xs">
      <ProblemAlert>{problemOf(error).message}</ProblemAlert>
      <Group>
        <Button loading={state === 'loading'} onClick={() => void revalidate()}>
          Try again
        </Button>
      </Group>
    </Page>
  )
}
