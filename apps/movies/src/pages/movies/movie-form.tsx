import { Button, Group, NumberInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { Dialog } from '../../components/dialog.tsx'
import { ProblemAlert } from '../../components/problem-alert.tsx'
import { useSubmit } from '../../components/use-submit.ts'
import type { Movie } from '../../database/movies.ts'
import { useApplication } from '../../router/use-application.ts'
import { codeOf } from '../../words/problem.ts'

/** The year of the first film. */
const firstYear = 1888
const textLengthMax = 200

/** A dialog that adds a movie, or changes one. */
export function MovieForm({
  movie,
  onCancel,
  onStale,
  onDone,
}: {
  readonly movie: Movie | undefined
  readonly onCancel: () => void
  /** The list shows what is not so any more. */
  readonly onStale: () => void
  readonly onDone: (message: string) => Promise<void>
}) {
  const { database } = useApplication()
  const lastYear = new Date().getFullYear() + 10
  const form = useForm<{ title: string; director: string; year: number | string }>({
    mode: 'uncontrolled',
    initialValues: {
      title: movie?.title ?? '',
      director: movie?.director ?? '',
      year: movie?.year ?? '',
    },
    validate: {
      title: (value) => (value.trim() === '' ? 'Enter the title.' : null),
      director: (value) => (value.trim() === '' ? 'Enter who directed it.' : null),
      year: (value) =>
        typeof value === 'number' && value >= firstYear && value <= lastYear
          ? null
          : `Enter a year from ${firstYear} to ${lastYear}.`,
    },
  })
  const submission = useSubmit(form, async ({ title, director, year }) => {
    const data = { title: title.trim(), director: director.trim(), year: Number(year) }
    try {
      const { addMovie, updateMovie } = await database()
      await (movie ? updateMovie({ movie, data }) : addMovie(data))
    } catch (error) {
      if (codeOf(error) === 'MovieChanged') onStale()
      throw error
    }
    await onDone(movie ? `“${data.title}” was saved.` : `“${data.title}” was added.`)
  })
  return (
    <Dialog
      title={movie ? `Edit “${movie.title}”` : 'Add a movie'}
      onClose={onCancel}
      closeOnClickOutside={false}
    >
      <form onSubmit={submission.onSubmit} noValidate aria-busy={submission.isBusy}>
        <Stack>
          {submission.problem !== undefined && <ProblemAlert>{submission.problem}</ProblemAlert>}
          <TextInput
            label="Title"
            required
            maxLength={textLengthMax}
            data-autofocus
            key={form.key('title')}
            {...form.getInputProps('title')}
          />
          <TextInput
            label="Director"
            required
            maxLength={textLengthMax}
            key={form.key('director')}
            {...form.getInputProps('director')}
          />
          <NumberInput
            label="Year"
            required
            allowDecimal={false}
            allowNegative={false}
            hideControls
            key={form.key('year')}
            {...form.getInputProps('year')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onCancel}>
              Cancel
            </Button>
            <Button type="submit" loading={submission.isBusy}>
              {movie ? 'Save' : 'Add'}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
