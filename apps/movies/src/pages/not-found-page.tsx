import { Anchor, Text } from '@mantine/core'
import { Link } from 'react-router'
import { Page } from '../components/page.tsx'
import { paths } from '../router/paths.ts'

/** For an address that leads nowhere. */
export function NotFoundPage() {
  return (
    <Page title="There is no such page" size="xs">
      <Text>
        Check the address, or go to{' '}
        <Anchor component={Link} to={paths.movies}>
          the movies
        </Anchor>
        .
      </Text>
    </Page>
  )
}
