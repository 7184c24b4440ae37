/**
 * `vivarium seed`: what an application in the manner of the article needs before its first user.
 *
 * Everything goes through the wire: the schema, the server key and the sample movies through the data
 * API (any endpoint that speaks FQL v4), the user pool, its app client and its trigger through the
 * Cognito API. Seeding is idempotent: what is there and right is left alone, what is missing (a run that
 * ended half-way, too) is made, what has another definition is updated.
 */
import { dropAccessProvider, seedAccessProvider } from './access-provider.ts'
import { seedDataApi } from './seed-data-api.ts'
import { seedUserPools } from './seed-user-pools.ts'

/** Where the data is, and who may define its schema. */
export interface DataApiSeedOptions {
  /** `http://127.0.0.1:8443`. Never `*.fauna.com`: those names belong to strangers now. */
  readonly endpoint: string
  /** An admin secret of the database to seed: the root secret or an admin key's. */
  readonly adminSecret: string
  /**
   * Where the trigger's server key is kept: a file readable by its owner alone. It is minted if the file
   * is missing or what it holds is no key of this database any more. Default: none, and then the secret
   * of a key is only in the report of the run that minted it.
   */
  readonly serverKeyFile?: string | undefined
  /** Mints a new server key and deletes the ones before it. Default false. */
  readonly rotateServerKey?: boolean | undefined
  /** Whether to add the two sample movies, once, to a collection without documents. Default true. */
  readonly sampleMovies?: boolean | undefined
}

/** Where the users are, and how their trigger is called. */
export interface UserPoolsSeedOptions {
  /** `http://127.0.0.1:9229`. Undefined: Amazon's own, of the region. */
  readonly endpoint?: string | undefined
  readonly region: string
  /** Undefined: the SDK looks for them as usual. */
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string }
    | undefined
  /** The pool to seed. Undefined: the one with the name `poolName`, made if there is none. */
  readonly poolId?: string | undefined
  /** Default `movies`. */
  readonly poolName?: string | undefined
  /** The app client's name in its pool. Default `movies`. */
  readonly clientName?: string | undefined
  /**
   * The function to call before tokens are made. Default:
   * `arn:aws:lambda:<region>:000000000000:function:token-trigger`. Null: none.
   */
  readonly triggerArn?: string | null | undefined
}

/** How the database gets to know the tokens of the pool that was seeded. */
export interface AccessProviderSeedOptions {
  /** The `iss` of a pool's tokens. */
  issuerOf(userPoolId: string): string
  /** Where the data API reads a pool's keys: HTTPS, or HTTP to its own machine. */
  jwksUriOf(userPoolId: string): string
}

/** What to seed; what is left out is not touched. */
export interface SeedOptions {
  readonly dataApi?: DataApiSeedOptions | undefined
  readonly userPools?: UserPoolsSeedOptions | undefined
  /**
   * Makes the ID tokens of the seeded app client secrets of the seeded database; needs both. Default: none,
   * and one that an earlier run has made is taken back.
   */
  readonly accessProvider?: AccessProviderSeedOptions | undefined
  /** Told of each thing that was made or changed, as it happens, in words; never of a secret. */
  readonly onChange?: ((change: string) => void) | undefined
}

/** What the data API holds after seeding. */
export interface SeededDataApi {
  /**
   * The server key's secret: from the file, or of the key just minted. Undefined: there is no file and
   * the key was minted by an earlier run.
   */
  readonly serverKey: string | undefined
  /** Whether this run minted it: then it is shown once, or is in the file now. */
  readonly isServerKeyNew: boolean
}

/** What the user pools hold after seeding. */
export interface SeededUserPools {
  readonly userPoolId: string
  readonly clientId: string
  readonly poolName: string
  readonly clientName: string
}

/** What there is after seeding, and what had to be done for it. */
export interface SeedReport {
  readonly dataApi: SeededDataApi | undefined
  readonly userPools: SeededUserPools | undefined
  /** What was made or changed, in order; empty if everything was right. */
  readonly changes: readonly string[]
}

/**
 * Seeds the data API, then the user pools; the two may also be seeded apart.
 *
 * @throws SeedError what cannot be seeded, in words for a person
 */
export async function seed(options: SeedOptions): Promise<SeedReport> {
  const { dataApi, userPools, accessProvider, onChange } = options
  const changes: string[] = []
  const report = (change: string): void => {
    changes.push(change)
    onChange?.(change)
  }
  const seededDataApi = dataApi && (await seedDataApi(dataApi, report))
  const pools = userPools && (await seedUserPools(userPools, report))
  if (dataApi && pools) {
    // A pool whose tokens the database does not take any more has its trigger back by now.
    await (accessProvider
      ? seedAccessProvider(dataApi, { ...accessProvider, ...pools }, report)
      : dropAccessProvider(dataApi, report))
  }
  return { dataApi: seededDataApi, userPools: pools, changes }
}
