/** The one HTTP server of the user pools: operations by POST, verifiers' documents by GET. */
import type { HttpHandler, HttpRequest, HttpResponse } from '@vivarium/http'
import { StoreError } from '@vivarium/store'
import { answerCall, type CallSettings } from './call.ts'
import { corsHeaders, preflight } from './cors.ts'
import { answerDiscovery, discoveryRoute, json } from './discovery.ts'
import { faults } from './rendering.ts'

/** The largest request body, in bytes. @see user-pools §1.1 */
export const bodyBytesMax = 1024 * 1024

/** What the handler answers with. */
export interface HandlerSettings extends CallSettings {
  /** Origins whose pages may read answers, with credentials too. Undefined: any, without. */
  readonly allowedOrigins?: readonly string[] | undefined
  /** Whether the server is about to stop. */
  isDraining(): boolean
  /** Whether the store answers. */
  isReachable(): Promise<boolean>
  /** Where a pool's documents are, without a slash at the end. */
  addressOf(poolId: string): string
}

/** Answers everything the user pools are asked. */
export function createHandler(settings: HandlerSettings): HttpHandler {
  return async (request) => {
    const { status, headers, body } = await answer(request, settings)
    return {
      status,
      headers: { ...headers, ...corsHeaders(request, settings.allowedOrigins) },
      ...(body !== undefined && { body }),
    }
  }
}

async function answer(request: HttpRequest, settings: HandlerSettings): Promise<HttpResponse> {
  switch (request.method) {
    case 'POST':
      return answerCall(request, settings)
    case 'OPTIONS':
      return preflight(request)
    case 'GET':
    case 'HEAD':
      return answerGet(request, settings)
    default:
      return json(405, { message: 'Method not allowed' }, { allow: 'POST, GET, HEAD, OPTIONS' })
  }
}

async function answerGet(request: HttpRequest, settings: HandlerSettings): Promise<HttpResponse> {
  if (request.path === '/health') return health(settings)
  const route = discoveryRoute(request.path)
  if (route === undefined) return json(404, { message: 'Not found' })
  const environment = settings.environmentOf(request.id)
  try {
    return await answerDiscovery(environment, route, settings.addressOf)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    environment.onEvent({
      kind: 'store-failed',
      operation: route.document,
      code: error.code,
    })
    return faults.unavailable()
  }
}

/** For a load balancer: whether requests should come here. */
async function health({ isDraining, isReachable }: HandlerSettings): Promise<HttpResponse> {
  if (isDraining()) return json(503, { status: 'draining' })
  return (await isReachable())
    ? json(200, { status: 'ok' })
    : json(503, { status: 'store unavailable' })
}
