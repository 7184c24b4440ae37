/**
 * The access provider that makes ID tokens of the user pool secrets of the database: then a sign-in needs
 * no trigger, and the database keeps no document for it.
 *
 * Movies belong to everybody who is signed in, so nothing refers to an account. An account would only
 * repeat two claims, `sub` and `email`, and have to be kept in step with them; so there is none. An
 * application whose documents have owners compares them with `CurrentIdentity()`, which is `sub`.
 */
import faunadb from 'faunadb'
import { applySchema } from './apply-schema.ts'
import { moviePrivileges, type SchemaItem } from './schema.ts'
import type { AccessProviderSeedOptions, DataApiSeedOptions, SeededUserPools } from './seed.ts'
import { withAdmin } from './seed-data-api.ts'

const { query: q } = faunadb

const providerName = 'user-pool'
const roleName = 'UserPoolAccess'

/**
 * A person whose address is proved: whoever signed up themselves has proved it. By claims alone, so that
 * nothing has to be looked up.
 */
const hasProvedAddress = q.Query(
  q.Lambda('claims', q.Equals(q.Select('email_verified', q.Var('claims'), false), true)),
)

/** Lets ID tokens of one app client in; updates the provider if issuer, client or address of keys change. */
export async function seedAccessProvider(
  options: DataApiSeedOptions,
  { issuerOf, jwksUriOf, userPoolId, clientId }: AccessProviderSeedOptions & SeededUserPools,
  report: (change: string) => void,
): Promise<void> {
  const items: readonly SchemaItem[] = [
    { kind: 'role', name: roleName, definition: { privileges: moviePrivileges } },
    {
      kind: 'access provider',
      name: providerName,
      definition: {
        issuer: issuerOf(userPoolId),
        jwks_uri: jwksUriOf(userPoolId),
        audiences: [clientId],
        token_use: 'id',
        roles: [{ role: q.Role(roleName), predicate: hasProvedAddress }],
      },
    },
  ]
  await withAdmin(options, (client) => applySchema(client, report, items))
}

/** Takes back what `seedAccessProvider` has made: a way in that nobody uses is one too many. */
export async function dropAccessProvider(
  options: DataApiSeedOptions,
  report: (change: string) => void,
): Promise<void> {
  const [provider, role] = [q.AccessProvider(providerName), q.Role(roleName)]
  // One that somebody else has made under this name has no definition of ours.
  const isOurs = q.If(
    q.Exists(provider),
    q.ContainsPath(['data', 'definition'], q.Get(provider)),
    false,
  )
  const drop = q.Do(q.Delete(provider), q.If(q.Exists(role), q.Delete(role), null), true)
  await withAdmin(options, async (client) => {
    const isDropped = await client.query(
      `delete the access provider ${providerName}`,
      q.If(isOurs, drop, false),
    )
    if (isDropped === true) report(`deleted the access provider ${providerName}`)
  })
}
