import { bodyBytesMax, createDataApi, faults } from '@vivarium/data-api'
import type { Store } from '@vivarium/store'
import { packageVersion } from '../package-files.ts'
import { type OpenServer, openServer, type ServerContext } from './open-server.ts'

/** Opens the data API. */
export function openDataApi(
  { store, rootSecret }: { readonly store: Store; readonly rootSecret: string },
  context: ServerContext,
): Promise<OpenServer> {
  const handler = createDataApi({ store, rootSecrets: [rootSecret], build: packageVersion() })
  return openServer('data-api', handler, { bodyBytesMax, faults }, context)
}
