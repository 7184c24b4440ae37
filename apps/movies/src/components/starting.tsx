import { Center, Loader, VisuallyHidden } from '@mantine/core'
import classes from './starting.module.css'

/** What is shown before anything is known; it appears late, so that a fast start does not flicker. */
export function Starting() {
  return (
    <Center component="main" mih="100dvh" className={classes.starting}>
      <VisuallyHidden component="h1">Movies</VisuallyHidden>
      <VisuallyHidden role="status">Loading</VisuallyHidden>
      <Loader aria-hidden />
    </Center>
  )
}
