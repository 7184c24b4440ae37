import {
  ActionIcon,
  Button,
  Group,
  Text,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core'
import { IconMoon, IconMovie, IconSun, IconUserCircle } from '@tabler/icons-react'
import { Link, NavLink } from 'react-router'
import { paths } from '../router/paths.ts'
import { useSessionState } from '../router/use-session-state.ts'
import classes from './header.module.css'

/** The bar above every page. */
export function Header() {
  const isSignedIn = useSessionState().kind === 'signedIn'
  return (
    <Group h="100%" px="md" justify="space-between" wrap="nowrap">
      <Link to={isSignedIn ? paths.movies : paths.signIn} className={classes.brand}>
        <IconMovie aria-hidden />
        <Text component="span" fw={700} size="lg">
          Movies
        </Text>
      </Link>
      <Group component="nav" aria-label="Main" gap="xs" wrap="nowrap">
        {isSignedIn && (
          <Button
            component={NavLink}
            to={paths.account}
            variant="subtle"
            size="compact-md"
            leftSection={<IconUserCircle size={20} aria-hidden />}
          >
            Account
          </Button>
        )}
        <ColorSchemeButton />
      </Group>
    </Group>
  )
}

function ColorSchemeButton() {
  const { setColorScheme } = useMantineColorScheme()
  const isDark = useComputedColorScheme() === 'dark'
  const label = isDark ? 'Use light colours' : 'Use dark colours'
  return (
    <ActionIcon
      variant="subtle"
      size="lg"
      aria-label={label}
      title={label}
      onClick={() => setColorScheme(isDark ? 'light' : 'dark')}
    >
      {isDark ? <IconSun size={20} aria-hidden /> : <IconMoon size={20} aria-hidden />}
    </ActionIcon>
  )
}
