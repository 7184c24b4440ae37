/** The web server: the movies application, its configuration, and the development mailbox. */
import type { FaultResponses, HttpHandler, HttpRequest, HttpResponse } from '@vivarium/http'
import type { DeliveredMessage } from '@vivarium/user-pools'
import type { SecretKind } from '../command/settings.ts'
import { mailboxPage, mailboxScript } from './mailbox-page.ts'
import { securityHeaders } from './security-headers.ts'
import type { StaticFiles } from './static-files.ts'

/** What `/config.json` tells the application. */
export interface WebConfiguration {
  readonly region: string
  readonly userPoolId: string
  readonly clientId: string
  readonly userPoolsEndpoint: string
  readonly dataApiEndpoint: string
  /** What a sign-in gives the data API: `fauna` or `id-token`. */
  readonly dataApiSecret: SecretKind
  /** Where messages can be read, if they are shown. */
  readonly mailbox?: string | undefined
}

/** Where the development mailbox is. */
export const mailboxPath = '/_vivarium/mailbox'

/** What the web server shows. */
export interface WebHandlerOptions {
  readonly files: StaticFiles
  /** Absent while there is nothing to sign in to. */
  readonly configuration: WebConfiguration | undefined
  /** Absent if messages are not shown. */
  readonly mailbox:
    | { list(): readonly DeliveredMessage[] | Promise<readonly DeliveredMessage[]> }
    | undefined
  /** Names, besides those of this machine, by which the mailbox may be asked for. */
  readonly trustedHosts: readonly string[]
}

/** Nobody sends the web server anything. */
export const bodyBytesMax = 1024

/** Makes the handler. */
export function createWebHandler(options: WebHandlerOptions): HttpHandler {
  const { configuration } = options
  const always = securityHeaders(
    configuration ? [configuration.dataApiEndpoint, configuration.userPoolsEndpoint] : [],
  )
  return async (request) => {
    const { status, headers, body } = await route(options, request)
    return { status, headers: { ...always, ...headers }, ...(body !== undefined && { body }) }
  }
}

async function route(options: WebHandlerOptions, request: HttpRequest): Promise<HttpResponse> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return text(405, 'Method not allowed.\n', { allow: 'GET, HEAD' })
  }
  switch (request.path) {
    case '/config.json':
      return options.configuration === undefined
        ? json(503, { message: 'No user pool has been seeded. Run vivarium seed.' })
        : json(200, options.configuration)
    case mailboxPath:
      return answerMailbox(options, request)
    case '/_vivarium/mailbox.js':
      return text(200, mailboxScript, { 'content-type': 'text/javascript;charset=utf-8' })
    default:
      break
  }
  if (request.path.startsWith('/_vivarium/')) return text(404, 'Not found.\n')
  if (!options.files.isBuilt) {
    return text(503, 'The movies application is not built. Run npm run build, and start again.\n')
  }
  return (await options.files.answer(request)) ?? text(404, 'Not found.\n')
}

async function answerMailbox(
  options: WebHandlerOptions,
  request: HttpRequest,
): Promise<HttpResponse> {
  // A foreign page whose name was made to lead here reads what it gets as its own: only names that
  // nobody else can own are answered.
  if (!isTrusted(request.authority, options.trustedHosts)) {
    return text(403, 'The mailbox is shown at the names of this machine only.\n')
  }
  const { mailbox } = options
  if (mailbox === undefined) {
    return text(
      404,
      'There is no mailbox: messages are sent (VIVARIUM_SMTP_URL), or the host is not loopback (--mailbox shows it all the same).\n',
    )
  }
  const vary = { vary: 'accept' }
  const messages = await mailbox.list()
  return request.headers.accept?.includes('text/html')
    ? text(200, mailboxPage(messages), { ...vary, 'content-type': 'text/html;charset=utf-8' })
    : json(200, messages, vary)
}

function isTrusted(authority: string, hosts: readonly string[]): boolean {
  const base = `http://${authority}`
  if (!URL.canParse(base)) return false
  const name = new URL(base).hostname.replace(/^\[|\]$/g, '')
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    /^127\.\d+\.\d+\.\d+$/.test(name) ||
    hosts.includes(name)
  )
}

function json(status: number, body: unknown, more: Record<string, string> = {}): HttpResponse {
  return text(status, JSON.stringify(body), { 'content-type': 'application/json', ...more })
}

function text(status: number, body: string, more: Record<string, string> = {}): HttpResponse {
  const headers = {
    'content-type': 'text/plain;charset=utf-8',
    'cache-control': 'no-store',
    ...more,
  }
  return { status, headers, body }
}

/** What the listener itself answers. */
export const faults: FaultResponses = {
  badRequest: (status) => text(status, 'The request is not well-formed.\n'),
  internalError: () => text(500, 'The server met an error. It has been logged.\n'),
  unavailable: () => text(503, 'The server is closing.\n'),
}
