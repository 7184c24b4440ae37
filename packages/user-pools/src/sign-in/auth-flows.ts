/**
 * Which flows an app client allows.
 *
 * @see user-pools §2.4
 */
import { type Refuse, refusal } from '../errors.ts'
import type { AppClient } from '../model/documents.ts'

/** What a client may do to sign in or stay so. */
export type Flow = 'srp' | 'password' | 'admin-password' | 'custom' | 'refresh' | 'choice'

type InvalidParameter = Parameters<Refuse<'InvalidParameterException'>>[1]

const needed: Readonly<
  Record<Flow, { readonly setting: string; readonly text: InvalidParameter }>
> = {
  srp: { setting: 'ALLOW_USER_SRP_AUTH', text: 'srpFlow' },
  password: { setting: 'ALLOW_USER_PASSWORD_AUTH', text: 'passwordFlow' },
  'admin-password': { setting: 'ALLOW_ADMIN_USER_PASSWORD_AUTH', text: 'adminFlow' },
  custom: { setting: 'ALLOW_CUSTOM_AUTH', text: 'customFlow' },
  refresh: { setting: 'ALLOW_REFRESH_TOKEN_AUTH', text: 'refreshFlow' },
  choice: { setting: 'ALLOW_USER_AUTH', text: 'choiceFlow' },
}

/** The names from before `ALLOW_`: clients with these may besides use SRP, and always refresh. */
const legacy: Readonly<Record<string, readonly Flow[]>> = {
  ADMIN_NO_SRP_AUTH: ['admin-password', 'srp', 'refresh'],
  USER_PASSWORD_AUTH: ['password', 'srp', 'refresh'],
  CUSTOM_AUTH_FLOW_ONLY: ['custom', 'refresh'],
}

const unset = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH']

/** Whether the client allows `flow`. */
export function allowsFlow(client: AppClient, flow: Flow): boolean {
  const settings: readonly string[] = client.settings.ExplicitAuthFlows ?? unset
  // Unverified: an empty list. We take it for a list that was not given.
  const flows = settings.length === 0 ? unset : settings
  const isCustomOnly = flows.includes('CUSTOM_AUTH_FLOW_ONLY')
  if (isCustomOnly && (flow === 'srp' || flow === 'password')) return false
  return (
    flows.includes(needed[flow].setting) ||
    flows.some((name) => legacy[name]?.includes(flow) ?? false)
  )
}

/** @throws UserPoolError InvalidParameterException if the client does not allow `flow` */
export function checkFlow(client: AppClient, flow: Flow): void {
  if (!allowsFlow(client, flow)) throw refusal('InvalidParameterException', needed[flow].text)
}
