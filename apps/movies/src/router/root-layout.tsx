import { AppShell, Loader, VisuallyHidden } from '@mantine/core'
import { Outlet, ScrollRestoration, useNavigation } from 'react-router'
import type { Application } from '../application/application.ts'
import { Header } from '../components/header.tsx'
import classes from './root-layout.module.css'
import { ApplicationContext } from './use-application.ts'

/** The frame of every page. */
export function RootLayout({ application }: { readonly application: Application }) {
  return (
    <ApplicationContext value={application}>
      <a href="#content" className={classes.skip}>
        Skip to the content
      </a>
      <AppShell header={{ height: 56 }} padding="md">
        <AppShell.Header>
          <Header />
        </AppShell.Header>
        <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
          <Outlet />
        </AppShell.Main>
      </AppShell>
      <NavigationProgress />
      <ScrollRestoration />
    </ApplicationContext>
  )
}

function NavigationProgress() {
  const isLoading = useNavigation().state !== 'idle'
  return (
    <div className={classes.progress} data-loading={isLoading || undefined}>
      {isLoading && <Loader size="sm" aria-hidden />}
      <VisuallyHidden role="status">{isLoading ? 'Loading' : ''}</VisuallyHidden>
    </div>
  )
}
