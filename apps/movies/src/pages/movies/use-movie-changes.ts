import { useDocumentVisibility } from '@mantine/hooks'
import { useEffect } from 'react'
import { useApplication } from '../../router/use-application.ts'

/**
 * Loads the list again when anybody changes a movie. Only while the page is looked at: browsers allow few
 * connections to one server, for all tabs together.
 */
export function useMovieChanges(reload: () => Promise<void>): void {
  const { database } = useApplication()
  const visibility = useDocumentVisibility()
  useEffect(() => {
    if (visibility === 'hidden') return
    let stop: (() => void) | undefined
    let isOver = false
    const begin = async (): Promise<void> => {
      const { followMovies } = await database()
      if (!isOver) stop = followMovies(() => void reload())
    }
    // Without the database there is no list either, and its page says so.
    begin().catch(() => undefined)
    return () => {
      isOver = true
      stop?.()
    }
  }, [visibility, database, reload])
}
