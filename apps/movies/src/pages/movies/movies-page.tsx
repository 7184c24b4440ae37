import { ActionIcon, Button, Group, Text } from '@mantine/core'
import { useDocumentVisibility } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { IconPlus, IconRefresh } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { useLoaderData, useNavigate, useRevalidator } from 'react-router'
import { Page } from '../../components/page.tsx'
import type { Movie } from '../../database/movies.ts'
import { lastPagePath, type ShownMovies } from '../../router/loaders.ts'
import { DeleteMovie } from './delete-movie.tsx'
import { MovieForm } from './movie-form.tsx'
import { MovieTable } from './movie-table.tsx'
import { PageButtons } from './page-buttons.tsx'
import { StaleNotice } from './stale-notice.tsx'
import { useMovieChanges } from './use-movie-changes.ts'

type Opened =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit'; readonly movie: Movie }
  | { readonly kind: 'delete'; readonly movie: Movie }

/** The movies, page by page, and what can be done with them. */
export function MoviesPage() {
  const page = useLoaderData<ShownMovies>()
  const navigate = useNavigate()
  const { revalidate, state } = useRevalidator()
  const [opened, setOpened] = useState<Opened>()
  const addButton = useRef<HTMLButtonElement>(null)
  useReloadOnReturn(revalidate)
  useMovieChanges(revalidate)

  const close = (): void => setOpened(undefined)
  const onDone = async (message: string, isNew = false): Promise<void> => {
    close()
    notifications.show({ message })
    // A new movie comes last, and one wants to see it.
    await (isNew ? navigate(lastPagePath) : revalidate())
  }
  return (
    <Page
      title="Movies"
      actions={
        <Group gap="xs">
          <ActionIcon
            variant="default"
            size="lg"
            aria-label="Load the list again"
            title="Load the list again"
            loading={state === 'loading'}
            onClick={() => void revalidate()}
          >
            <IconRefresh size={20} aria-hidden />
          </ActionIcon>
          <Button
            ref={addButton}
            leftSection={<IconPlus size={18} aria-hidden />}
            onClick={() => setOpened({ kind: 'add' })}
          >
            Add a movie
          </Button>
        </Group>
      }
    >
      {page.problem !== undefined && (
        <StaleNotice
          problem={page.problem}
          isBusy={state === 'loading'}
          onRetry={() => void revalidate()}
        />
      )}
      {page.movies.length === 0 ? (
        <Text>There are no movies yet. Add the first one.</Text>
      ) : (
        <MovieTable
          movies={page.movies}
          onEdit={(movie) => setOpened({ kind: 'edit', movie })}
          onDelete={(movie) => setOpened({ kind: 'delete', movie })}
        />
      )}
      <PageButtons page={page} />
      {(opened?.kind === 'add' || opened?.kind === 'edit') && (
        <MovieForm
          movie={opened.kind === 'edit' ? opened.movie : undefined}
          onCancel={close}
          onStale={() => void revalidate()}
          onDone={(message) => onDone(message, opened.kind === 'add')}
        />
      )}
      {opened?.kind === 'delete' && (
        <DeleteMovie
          movie={opened.movie}
          onCancel={close}
          onStale={() => void revalidate()}
          onDone={async (message) => {
            await onDone(message)
            // The button that opened the question is gone with its row.
            addButton.current?.focus()
          }}
        />
      )}
    </Page>
  )
}

/** Who comes back to the tab sees what others did meanwhile. */
function useReloadOnReturn(reload: () => Promise<void>): void {
  const visibility = useDocumentVisibility()
  const wasHidden = useRef(false)
  useEffect(() => {
    if (visibility === 'visible' && wasHidden.current) void reload()
    wasHidden.current = visibility === 'hidden'
  }, [visibility, reload])
}
