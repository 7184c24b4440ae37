import { Alert, Anchor, type CSSVariablesResolver, createTheme, Input } from '@mantine/core'
import classes from './theme.module.css'

/** One accent; its shade is dark enough for white text to be read on it (WCAG AA). */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  respectReducedMotion: true,
  cursorType: 'pointer',
  components: {
    Alert: Alert.extend({ classNames: { message: classes.message } }),
    // In a sentence a link is not told by its colour alone.
    Anchor: Anchor.extend({ defaultProps: { underline: 'always' } }),
    Input: Input.extend({ classNames: { input: classes.input } }),
  },
})

/** Mantine's own secondary and error colours are too pale for small text. */
export const colorVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': 'var(--mantine-color-gray-7)',
    '--mantine-color-error': 'var(--mantine-color-red-9)',
  },
  dark: {
    '--mantine-color-dimmed': 'var(--mantine-color-dark-1)',
    '--mantine-color-error': 'var(--mantine-color-red-4)',
  },
})
