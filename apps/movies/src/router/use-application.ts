import { createContext, use } from 'react'
import type { Application } from '../application/application.ts'

/** The application, for the pages under it. */
export const ApplicationContext = createContext<Application | undefined>(undefined)

/** The application. @throws Error outside of the router */
export function useApplication(): Application {
  const application = use(ApplicationContext)
  if (!application) throw new Error('useApplication belongs under ApplicationContext')
  return application
}
