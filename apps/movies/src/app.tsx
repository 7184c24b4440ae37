import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { StrictMode, Suspense, use } from 'react'
import { RouterProvider } from 'react-router/dom'
import { openApplication } from './application/application.ts'
import { StartFailed } from './components/start-failed.tsx'
import { Starting } from './components/starting.tsx'
import { loadConfig } from './config.ts'
import { createRouter } from './router/router.tsx'
import { colorVariables, theme } from './theme.ts'

type Started =
  | { readonly kind: 'ready'; readonly router: ReturnType<typeof createRouter> }
  | { readonly kind: 'failed'; readonly error: unknown }

const starting = start()

/** The whole application: nothing is shown but progress until the configuration is known. */
export function App() {
  return (
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={colorVariables}
        defaultColorScheme="auto"
        deduplicateInlineStyles
      >
        <Notifications position="bottom-center" />
        <Suspense fallback={<Starting />}>
          <Application />
        </Suspense>
      </MantineProvider>
    </StrictMode>
  )
}

function Application() {
  const started = use(starting)
  return started.kind === 'ready' ? (
    <RouterProvider router={started.router} />
  ) : (
    <StartFailed error={started.error} />
  )
}

async function start(): Promise<Started> {
  try {
    const application = await openApplication(await loadConfig())
    await application.session.load()
    return { kind: 'ready', router: createRouter(application) }
  } catch (error) {
    return { kind: 'failed', error }
  }
}
