import type { z } from 'zod'
import type { ResourceServer } from '../model/documents.ts'
import type { serverSettings } from '../request-shapes.ts'

/** `ResourceServerType`: a resource server as it is told on the wire. @see user-pools §2.14 */
export function describeResourceServer(poolId: string, server: ResourceServer): object {
  return {
    UserPoolId: poolId,
    Identifier: server.identifier,
    Name: server.name,
    Scopes: server.scopes.map(({ name, description }) => ({
      ScopeName: name,
      ScopeDescription: description,
    })),
  }
}

/** The resource server that a request describes. */
export function resourceServerOf({
  Identifier,
  Name,
  Scopes = [],
}: z.output<typeof serverSettings> & { readonly Identifier: string }): ResourceServer {
  return {
    identifier: Identifier,
    name: Name,
    scopes: Scopes.map(({ ScopeName, ScopeDescription }) => ({
      name: ScopeName,
      description: ScopeDescription,
    })),
  }
}
