import { createBrowserRouter, Navigate } from 'react-router'
import type { Application } from '../application/application.ts'
import { Starting } from '../components/starting.tsx'
import { NotFoundPage } from '../pages/not-found-page.tsx'
import { loadersOf } from './loaders.ts'
import { PageFailed } from './page-failed.tsx'
import { paths } from './paths.ts'
import { PrivateLayout } from './private-layout.tsx'
import { PublicLayout } from './public-layout.tsx'
import { RootLayout } from './root-layout.tsx'

/** The pages; each is loaded when it is first visited. */
export function createRouter(application: Application) {
  const load = loadersOf(application)
  return createBrowserRouter([
    {
      element: <RootLayout application={application} />,
      HydrateFallback: Starting,
      children: [
        { path: '/', element: <Navigate replace to={paths.movies} /> },
        {
          element: <PublicLayout />,
          ErrorBoundary: PageFailed,
          children: [
            {
              path: paths.signIn,
              lazy: async () => ({
                Component: (await import('../pages/sign-in-page.tsx')).SignInPage,
              }),
            },
            {
              path: paths.signUp,
              lazy: async () => ({
                Component: (await import('../pages/sign-up-page.tsx')).SignUpPage,
              }),
            },
            {
              path: paths.confirm,
              lazy: async () => ({
                Component: (await import('../pages/confirm-page.tsx')).ConfirmPage,
              }),
            },
            {
              path: paths.forgotPassword,
              lazy: async () => ({
                Component: (await import('../pages/forgot-password-page.tsx')).ForgotPasswordPage,
              }),
            },
            {
              path: paths.newPassword,
              lazy: async () => ({
                Component: (await import('../pages/new-password-page.tsx')).NewPasswordPage,
              }),
            },
          ],
        },
        {
          element: <PrivateLayout />,
          ErrorBoundary: PageFailed,
          children: [
            {
              path: paths.movies,
              ...load.movies,
              ErrorBoundary: PageFailed,
              lazy: async () => ({
                Component: (await import('../pages/movies/movies-page.tsx')).MoviesPage,
              }),
            },
            {
              path: paths.account,
              loader: load.account,
              ErrorBoundary: PageFailed,
              lazy: async () => ({
                Component: (await import('../pages/account/account-page.tsx')).AccountPage,
              }),
            },
          ],
        },
        { path: '*', Component: NotFoundPage },
      ],
    },
  ])
}
