/** The data API's part of seeding: schema, server key, sample movies. */

import { dataApiEndpoint, EndpointError } from '../data-api-endpoint.ts'
import { applySchema } from './apply-schema.ts'
import { addSampleMovies } from './sample-movies.ts'
import type { DataApiSeedOptions, SeededDataApi } from './seed.ts'
import { SeedError } from './seed-error.ts'
import { SeedingClient } from './seeding-client.ts'
import { ensureServerKey } from './server-key.ts'

/**
 * Seeds a database.
 *
 * @param report is told of each thing made or changed
 * @throws SeedError
 */
export async function seedDataApi(
  options: DataApiSeedOptions,
  report: (change: string) => void,
): Promise<SeededDataApi> {
  return withAdmin(options, async (client) => {
    await applySchema(client, report)
    if (options.sampleMovies !== false) await addSampleMovies(client, report)
    return ensureServerKey(client, options, report)
  })
}

/** Lends a client that may define the schema. @throws SeedError */
export async function withAdmin<T>(
  options: DataApiSeedOptions,
  use: (client: SeedingClient) => Promise<T>,
): Promise<T> {
  const endpoint = endpointOf(options)
  const client = new SeedingClient({ endpoint, secret: options.adminSecret })
  try {
    return await use(client)
  } finally {
    await client.close()
  }
}

function endpointOf({ endpoint }: DataApiSeedOptions): string {
  try {
    return dataApiEndpoint(endpoint)
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error
    throw new SeedError(error.message)
  }
}
