/** App clients as they are told on the wire. @see user-pools §2.12 */
import type { AppClient } from '../model/documents.ts'
import { seconds } from './time.ts'

/** `UserPoolClientType`: the settings with the defaults of those that were not given. */
export function describeClient(client: AppClient): object {
  const { settings } = client
  return {
    ...settings,
    UserPoolId: client.poolId,
    ClientName: client.name,
    ClientId: client.id,
    ...(client.secret !== undefined && { ClientSecret: client.secret }),
    LastModifiedDate: seconds(client.modifiedAtMs),
    CreationDate: seconds(client.createdAtMs),
    // 0 is how one asks for the default.
    RefreshTokenValidity: settings.RefreshTokenValidity || 30,
    TokenValidityUnits: settings.TokenValidityUnits ?? {},
    AllowedOAuthFlowsUserPoolClient: settings.AllowedOAuthFlowsUserPoolClient ?? false,
    PreventUserExistenceErrors: settings.PreventUserExistenceErrors ?? 'LEGACY',
    EnableTokenRevocation: settings.EnableTokenRevocation ?? true,
    EnablePropagateAdditionalUserContextData:
      settings.EnablePropagateAdditionalUserContextData ?? false,
    AuthSessionValidity: settings.AuthSessionValidity ?? 3,
  }
}

/** `UserPoolClientDescription`: what ListUserPoolClients tells. */
export function describeClientBriefly({ id, poolId, name }: AppClient): object {
  return { ClientId: id, UserPoolId: poolId, ClientName: name }
}
