import { Button, Group } from '@mantine/core'
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { MoviePage } from '../../database/movies.ts'
import { neighbourPath } from '../../router/loaders.ts'

/** To the pages before and after, by the cursors that came with this one; nothing if there is one page. */
export function PageButtons({ page: { before, after } }: { readonly page: MoviePage }) {
  if (before === undefined && after === undefined) return undefined
  return (
    <Group component="nav" aria-label="Pages" justify="space-between">
      <PageButton
        label="Previous"
        to={before && neighbourPath('before', before)}
        leftSection={<IconChevronLeft size={18} aria-hidden />}
      />
      <PageButton
        label="Next"
        to={after && neighbourPath('after', after)}
        rightSection={<IconChevronRight size={18} aria-hidden />}
      />
    </Group>
  )
}

function PageButton({
  label,
  to,
  ...sections
}: {
  readonly label: string
  readonly to: string | undefined
  readonly leftSection?: React.ReactNode
  readonly rightSection?: React.ReactNode
}) {
  return to === undefined ? (
    <Button variant="default" disabled {...sections}>
      {label}
    </Button>
  ) : (
    <Button variant="default" component={Link} to={to} {...sections}>
      {label}
    </Button>
  )
}
