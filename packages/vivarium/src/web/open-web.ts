import type { Settings } from '../command/settings.ts'
import { moviesDirectory } from '../package-files.ts'
import type { Seeded } from '../start/data-directory.ts'
import { type OpenServer, openServer, type ServerContext } from '../start/open-server.ts'
import type { SharedMailbox } from '../workers/shared-mailbox.ts'
import { openStaticFiles } from './static-files.ts'
import {
  bodyBytesMax,
  createWebHandler,
  faults,
  mailboxPath,
  type WebConfiguration,
} from './web-handler.ts'

/** What the web server tells its pages. */
export interface WebNeeds {
  readonly dataApiUrl: string | undefined
  readonly userPoolsUrl: string | undefined
  readonly seeded: Seeded | undefined
  readonly mailbox: SharedMailbox | undefined
}

/** Opens the web server. */
export async function openWeb(needs: WebNeeds, context: ServerContext): Promise<OpenServer> {
  const { settings, log } = context
  const files = openStaticFiles(moviesDirectory)
  if (!files.isBuilt) {
    log.warn(
      { server: 'web' },
      `${moviesDirectory} is missing: there is no page. Run npm run build.`,
    )
  }
  const { web } = settings.urls
  const handler = createWebHandler({
    files,
    configuration: configurationOf(needs, settings),
    mailbox: needs.mailbox,
    trustedHosts: [settings.host, ...(web === undefined ? [] : [new URL(web).hostname])],
  })
  return openServer('web', handler, { bodyBytesMax, faults }, context)
}

function configurationOf(
  needs: WebNeeds,
  { region, dataApiSecret }: Settings,
): WebConfiguration | undefined {
  const { seeded, dataApiUrl, userPoolsUrl, mailbox } = needs
  if (seeded === undefined || dataApiUrl === undefined || userPoolsUrl === undefined)
    return undefined
  return {
    region,
    userPoolId: seeded.userPoolId,
    clientId: seeded.clientId,
    userPoolsEndpoint: userPoolsUrl,
    dataApiEndpoint: dataApiUrl,
    dataApiSecret,
    mailbox: mailbox && mailboxPath,
  }
}
