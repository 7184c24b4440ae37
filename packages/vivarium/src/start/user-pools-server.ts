import type { Store } from '@vivarium/store'
import {
  bodyBytesMax,
  createHttpInvoke,
  createMailer,
  createUserPools,
  DeliveryError,
  faults,
  type InvokeFunction,
  issuerOf,
  type Messenger,
  type UserPoolEvent,
} from '@vivarium/user-pools'
import type { Logger } from 'pino'
import type { Settings } from '../command/settings.ts'
import type { SharedMailbox } from '../workers/shared-mailbox.ts'
import { type OpenServer, openServer, type ServerContext } from './open-server.ts'
import { createLazySignOut } from './sign-out.ts'

/** What the user pools need besides the settings. */
export interface UserPoolsNeeds {
  readonly store: Store
  /** The function host of this process, if there is one. */
  readonly invoke: InvokeFunction | undefined
  /** Where the Fauna tokens are that end with a sign-in, and the file with the key for them. */
  readonly dataApiUrl: string
  readonly serverKeyFile: string
}

/** The user pools, and where their messages stay; absent if messages are not shown. */
export interface UserPoolsServer extends OpenServer {
  readonly mailbox: SharedMailbox | undefined
}

/** Opens the user pools. */
export async function openUserPools(
  needs: UserPoolsNeeds,
  context: ServerContext,
): Promise<UserPoolsServer> {
  const { settings, log, opened, isDraining } = context
  const mailbox = settings.showsMailbox ? context.mailbox : undefined
  // Known once it listens, which is before anybody can ask.
  let address = settings.urls.userPools ?? ''
  const userPools = createUserPools({
    store: needs.store,
    region: settings.region,
    issuerOf: (poolId) => issuerOf(settings.issuer ?? address, poolId),
    addressOf: (poolId) => issuerOf(address, poolId),
    credentials: [{ ...settings.credentials, isWellKnown: isWellKnown(settings.credentials) }],
    invoke: invokeOf(settings, needs.invoke),
    messenger: messengerOf(settings, mailbox, context),
    sessionsEnded: createLazySignOut(needs, context),
    onEvent: (event, requestId) => logEvent(log, event, requestId),
    isDraining,
  })
  opened.add(() => userPools.close())
  const server = await openServer(
    'user-pools',
    userPools.handler,
    { bodyBytesMax, faults },
    context,
  )
  address ||= server.url
  return { ...server, mailbox }
}

/** The pair that works when none was chosen. */
function isWellKnown({ secretAccessKey }: Settings['credentials']): boolean {
  return secretAccessKey === 'local'
}

function invokeOf(settings: Settings, local: InvokeFunction | undefined): InvokeFunction {
  if (settings.lambdaEndpoint === undefined && local !== undefined) return local
  return createHttpInvoke({
    endpoint: settings.lambdaEndpoint ?? `http://127.0.0.1:${settings.ports.functions}`,
    region: settings.region,
    credentials: settings.credentials,
  })
}

function messengerOf(
  { smtp }: Settings,
  mailbox: SharedMailbox | undefined,
  { opened }: ServerContext,
): Messenger {
  if (smtp !== undefined) {
    const mailer = createMailer({ smtpUrl: smtp.url, from: smtp.from })
    opened.add(async () => mailer.close())
    return mailer
  }
  return (
    mailbox ?? {
      async deliver() {
        throw new DeliveryError('No mail server is configured: set VIVARIUM_SMTP_URL.')
      },
    }
  )
}

function logEvent(log: Logger, event: UserPoolEvent, requestId: string | undefined): void {
  const common = { server: 'user-pools', requestId }
  switch (event.kind) {
    case 'bug':
      log.error({ ...common, operation: event.operation, err: event.error }, 'bug')
      return
    case 'delivery-failed':
    case 'hook-failed':
      log.error({ ...common, err: event.error }, event.kind)
      return
    case 'trigger-failed':
      log.warn({ ...common, trigger: event.trigger, error: event.message }, event.kind)
      return
    default:
      log.warn({ ...common, ...event }, event.kind)
  }
}
