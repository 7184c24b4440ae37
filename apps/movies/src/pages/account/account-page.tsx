import { Button, Paper, Stack, Title } from '@mantine/core'
import { IconChevronLeft } from '@tabler/icons-react'
import { Link, useLoaderData } from 'react-router'
import { Page } from '../../components/page.tsx'
import type { Account } from '../../database/account.ts'
import { paths } from '../../router/paths.ts'
import { Facts } from './facts.tsx'
import { SignOutButtons } from './sign-out-buttons.tsx'
import { TokenLifetimes } from './token-lifetimes.tsx'

/** Who one is, how long the tokens live, and the ways out. */
export function AccountPage() {
  const { id, email } = useLoaderData<Account>()
  return (
    <Page
      title="Account"
      size="xs"
      actions={
        <Button
          component={Link}
          to={paths.movies}
          variant="subtle"
          size="compact-md"
          leftSection={<IconChevronLeft size={18} aria-hidden />}
        >
          Movies
        </Button>
      }
    >
      <Section title="Who you are">
        <Facts
          facts={[
            ['E-mail address', email],
            ['User id', id],
          ]}
        />
      </Section>
      <Section title="Your access to the database">
        <TokenLifetimes />
      </Section>
      <Section title="Sign out">
        <SignOutButtons />
      </Section>
    </Page>
  )
}

function Section({
  title,
  children,
}: {
  readonly title: string
  readonly children: React.ReactNode
}) {
  return (
    <Paper component="section" withBorder p="md" radius="md">
      <Stack>
        <Title order={2} size="h4">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  )
}
