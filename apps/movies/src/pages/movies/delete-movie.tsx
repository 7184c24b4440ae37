import { Button, Group, Stack, Text } from '@mantine/core'
import { Dialog } from '../../components/dialog.tsx'
import { ProblemAlert } from '../../components/problem-alert.tsx'
import { useTask } from '../../components/use-submit.ts'
import type { Movie } from '../../database/movies.ts'
import { useApplication } from '../../router/use-application.ts'

/** Asks before it deletes a movie: there is no way back. */
export function DeleteMovie({
  movie,
  onCancel,
  onStale,
  onDone,
}: {
  readonly movie: Movie
  readonly onCancel: () => void
  /** The list shows what is not so any more. */
  readonly onStale: () => void
  readonly onDone: (message: string) => Promise<void>
}) {
  const { database } = useApplication()
  const { isBusy, problem, run } = useTask()
  const onDelete = (): void =>
    run(
      async () => {
        await (await database()).deleteMovie(movie)
        await onDone(`“${movie.title}” was deleted.`)
      },
      () => {
        onStale()
        return false
      },
    )
  return (
    <Dialog title={`Delete “${movie.title}”?`} onClose={onCancel}>
      <Stack>
        {problem !== undefined && <ProblemAlert>{problem}</ProblemAlert>}
        <Text>It is deleted for everybody, and cannot be brought back.</Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={onCancel} data-autofocus>
            Keep it
          </Button>
          <Button color="red" loading={isBusy} onClick={onDelete}>
            Delete
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
