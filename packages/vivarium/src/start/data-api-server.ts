import { bodyBytesMax, createDataApi, faults, startMaintenance } from '@vivarium/data-api'
import type { Store } from '@vivarium/store'
import { packageVersion } from '../package-files.ts'
import { type OpenServer, openServer, type ServerContext } from './open-server.ts'

/** Opens the data API. */
export async function openDataApi(
  { store, rootSecret }: { readonly store: Store; readonly rootSecret: string },
  context: ServerContext,
): Promise<OpenServer> {
  const { queryTimeoutMsMax } = context.settings
  const dataApi = createDataApi({
    store,
    rootSecrets: [rootSecret],
    build: packageVersion(),
    isDraining: context.isDraining,
    ...(queryTimeoutMsMax === undefined ? {} : { queryTimeoutMsMax }),
  })
  const openStreams = () => dataApi.openStreams
  context.metrics.watch('vivarium_streams_open', 'Event streams that are open.', openStreams)
  const server = await openServer('data-api', dataApi, { bodyBytesMax, faults }, context)
  // Before its listener drains, which would wait for the open streams.
  context.opened.add(() => dataApi.close())
  const onError = (err: unknown) => context.log.error({ server: 'data-api', err }, 'in maintenance')
  if (context.maintains) {
    const maintenance = startMaintenance(store, { onError })
    context.opened.add(() => maintenance.close())
  }
  return server
}
