import { ActionIcon, Group, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import type { Movie } from '../../database/movies.ts'
import classes from './movie-table.module.css'

/** One page of movies; on a narrow screen the director stands under the title. */
export function MovieTable({
  movies,
  onEdit,
  onDelete,
}: {
  readonly movies: readonly Movie[]
  readonly onEdit: (movie: Movie) => void
  readonly onDelete: (movie: Movie) => void
}) {
  return (
    <Table verticalSpacing="sm" highlightOnHover aria-label="Movies">
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">Title</Table.Th>
          <Table.Th scope="col" visibleFrom="sm">
            Director
          </Table.Th>
          <Table.Th scope="col">Year</Table.Th>
          <Table.Th scope="col">
            <VisuallyHidden>Actions</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {movies.map((movie) => (
          <Table.Tr key={movie.id}>
            <Table.Th scope="row" className={classes.title}>
              {movie.title}
              <Text c="dimmed" size="sm" hiddenFrom="sm">
                {movie.director}
              </Text>
            </Table.Th>
            <Table.Td visibleFrom="sm" className={classes.director}>
              {movie.director}
            </Table.Td>
            <Table.Td>{movie.year}</Table.Td>
            <Table.Td>
              <Group gap="xs" justify="flex-end" wrap="nowrap">
                <ActionIcon
                  variant="subtle"
                  size="lg"
                  aria-label={`Edit ${movie.title}`}
                  title={`Edit ${movie.title}`}
                  onClick={() => onEdit(movie)}
                >
                  <IconPencil size={20} aria-hidden />
                </ActionIcon>
                <ActionIcon
                  variant="subtle"
                  color="red"
                  size="lg"
                  aria-label={`Delete ${movie.title}`}
                  title={`Delete ${movie.title}`}
                  onClick={() => onDelete(movie)}
                >
                  <IconTrash size={20} aria-hidden />
                </ActionIcon>
              </Group>
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
