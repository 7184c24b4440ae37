import type { HttpRequest } from '@vivarium/http'
import { apiOperations } from '@vivarium/user-pools'
import type { ServerName } from '../command/settings.ts'

/** What a request is counted as: one of few names, whatever the client sends. */
export function operationOf(server: ServerName, request: HttpRequest): string {
  switch (server) {
    case 'data-api':
      return dataApiOperations.get(request.path) ?? 'other'
    case 'user-pools':
      return userPoolsOperation(request)
    case 'functions':
      return request.path.endsWith('/invocations') ? 'invoke' : 'other'
    case 'web':
      return webOperations.get(request.path) ?? 'files'
  }
}

const dataApiOperations = new Map([
  ['', 'query'],
  ['/', 'query'],
  ['/linearized', 'query'],
  ['/stream', 'stream'],
  ['/ping', 'ping'],
  ['/authorized', 'authorized'],
])

const webOperations = new Map([
  ['/config.json', 'configuration'],
  ['/_vivarium/mailbox', 'mailbox'],
])

/** All operations of user pools have the same path. */
function userPoolsOperation(request: HttpRequest): string {
  const target = request.headers['x-amz-target']
  if (target !== undefined) {
    const name = target.slice(target.indexOf('.') + 1)
    return apiOperations.has(name) ? name : 'other'
  }
  if (request.path === '/health') return 'health'
  return request.path.includes('/.well-known/') ? 'discovery' : 'other'
}
