import { readFile } from 'node:fs/promises'
import type { SessionsEnded } from '@vivarium/user-pools'
import type { SignOutHandler } from '../sign-out/sign-out-handler.ts'
import type { ServerContext } from './open-server.ts'

/**
 * Ends the Fauna tokens of sign-ins that end. The driver is loaded with the first of them: a server that
 * idles does not pay for it.
 */
export function createLazySignOut(
  { dataApiUrl, serverKeyFile }: { readonly dataApiUrl: string; readonly serverKeyFile: string },
  { log, opened }: ServerContext,
): (ended: SessionsEnded) => Promise<void> {
  let handler: Promise<SignOutHandler> | undefined
  const load = async () => {
    const { createSignOutHandler } = await import('../sign-out/sign-out-handler.ts')
    return createSignOutHandler({
      endpoint: dataApiUrl,
      serverKey: async () => (await readFile(serverKeyFile, 'utf8')).trim(),
      onFailure: (failure) => log.error({ server: 'user-pools', ...failure }, 'sign-out-failed'),
    })
  }
  opened.add(async () => (await handler)?.close())
  return async (ended) => {
    handler ??= load()
    await (await handler)(ended)
  }
}
