/** From texts to settings: every option is checked before anything is opened. */
import net from 'node:net'
import path from 'node:path'
import { z } from 'zod'
import type { Arguments } from './arguments.ts'
import { nameOf, type OptionName, optionDefinitions } from './options.ts'
import { type PostgresSetting, readPostgresUrl } from './postgres-url.ts'
import { UsageError } from './usage-error.ts'

/** The parts that `start` can start. */
export const serverNames = ['data-api', 'user-pools', 'functions', 'web'] as const

/** @see serverNames */
export type ServerName = (typeof serverNames)[number]

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** How much is logged. */
export type LogLevel = (typeof logLevels)[number]

const secretKinds = ['fauna', 'id-token'] as const

/**
 * What the application gives the data API after a sign-in: the tokens that the trigger has minted, or the
 * user pool's ID token itself, by an access provider and without a trigger.
 */
export type SecretKind = (typeof secretKinds)[number]

/** Checked options, with every default in place. */
export interface Settings {
  /** An absolute path. */
  readonly dataDir: string
  readonly store: StoreSetting
  /** How many processes serve. */
  readonly workers: number
  readonly host: string
  readonly isLoopback: boolean
  readonly ports: Readonly<Record<ServerName, number>>
  readonly only: ReadonlySet<ServerName>
  readonly metrics: MetricsSetting | undefined
  /** How long requests are still taken after a signal to stop, while load balancers are told to go. */
  readonly drainSeconds: number
  readonly tls: { readonly certFile: string; readonly keyFile: string } | undefined
  /** The longest that a query may take, in milliseconds; undefined for the data API's own default. */
  readonly queryTimeoutMsMax: number | undefined
  readonly seeds: boolean
  /** Whether a restore may remove what is in the store. */
  readonly replaces: boolean
  readonly dataApiSecret: SecretKind
  readonly seeding: SeedingSettings
  /** Whether messages are shown; never while they are sent. */
  readonly showsMailbox: boolean
  /** Where others reach the servers, if that is not where they listen. */
  readonly urls: {
    readonly dataApi: string | undefined
    readonly userPools: string | undefined
    readonly web: string | undefined
  }
  readonly region: string
  readonly issuer: string | undefined
  readonly lambdaEndpoint: string | undefined
  /** The file that lists functions besides the token trigger. */
  readonly functionsFile: FunctionsFileSetting
  readonly logLevel: LogLevel | undefined
  readonly rootKey: string | undefined
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly smtp: { readonly url: string; readonly from: string } | undefined
}

/** Where metrics are shown. */
export interface MetricsSetting {
  readonly host: string
  readonly port: number
}

/** What seeding is told besides where everything is. */
export interface SeedingSettings {
  /** Undefined: as before, or else `movies`. */
  readonly poolName: string | undefined
  readonly poolId: string | undefined
  readonly clientName: string | undefined
  readonly triggerArn: string | undefined
  readonly sampleMovies: boolean
  readonly rotateServerKey: boolean
}

/** Which store, and where. */
export type StoreSetting =
  | { readonly kind: 'memory' }
  | { readonly kind: 'lmdb'; readonly path: string }
  | PostgresSetting

/** Which file, and whether it must be there. */
export interface FunctionsFileSetting {
  /** An absolute path. */
  readonly path: string
  /** Asked for by name, and not merely looked for where it may be. */
  readonly isRequired: boolean
}

const rootKeyLengthMin = 16

const isFauna = (host: string) => /(?:^|\.)fauna\.com\.?$/i.test(host)

const timeoutRange = 'must be a number of milliseconds from 1 to 600000'

/** What a text must be, and what is said when it is not. */
const texts = {
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a number from 0 to 65535')
    .transform(Number)
    .refine((port) => port < 65_536, 'must be a number from 0 to 65535'),
  timeoutMs: z
    .string()
    .regex(/^[1-9]\d{0,5}$/, timeoutRange)
    .transform(Number)
    .refine((timeoutMs) => timeoutMs <= 600_000, timeoutRange),
  drainSeconds: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a number from 0 to 999')
    .transform(Number),
  host: z.string().regex(/^[\w.:%-]+$/, 'must be an address or a host name'),
  only: z.string().transform((text, context) => {
    const names = text.split(',').map((name) => name.trim())
    const known = serverNames.filter((name) => names.includes(name))
    if (known.length === new Set(names).size) return new Set(known)
    context.addIssue(`must be some of ${serverNames.join(',')}`)
    return z.NEVER
  }),
  workers: z
    .string()
    .regex(/^\d{1,2}$/, 'must be a number from 1 to 64')
    .transform(Number)
    .refine((count) => count >= 1 && count <= 64, 'must be a number from 1 to 64'),
  origin: z.string().transform((text, context) => {
    const url = URL.canParse(text) ? new URL(text) : undefined
    if (url === undefined || !/^https?:$/.test(url.protocol)) {
      context.addIssue('must be an http:// or https:// address')
    } else if (isFauna(url.hostname)) {
      context.addIssue(
        `cannot be at ${url.hostname}: Fauna's service has closed, and its names belong to strangers now`,
      )
    } else if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
      context.addIssue('must be a scheme, a host and a port, and nothing more')
    } else {
      return url.origin
    }
    return z.NEVER
  }),
  issuer: z
    .string()
    .refine(
      (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
      'must be a URL',
    ),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be the name of a region, as us-east-1'),
  logLevel: z.enum(logLevels, `must be one of ${logLevels.join(', ')}`),
  dataApiSecret: z.enum(secretKinds, `must be one of ${secretKinds.join(', ')}`),
  name: z
    .string()
    .regex(
      /^[\w\s+=,.@-]{1,128}$/,
      'may have letters, digits, spaces and +=,.@-_, and 128 of them at most',
    ),
  poolId: z.string().regex(/^[\w-]+_[0-9a-zA-Z]+$/, 'must look like us-east-1_AbCdEf123'),
  functionArn: z
    .string()
    .regex(
      /^arn:[\w-]+:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/,
      'must look like arn:aws:lambda:us-east-1:123456789012:function:name',
    ),
  rootKey: z.string().regex(/^[\w-]{1,200}$/, 'may have letters, digits, - and _ only'),
  word: z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be printable and without spaces'),
  smtpUrl: z
    .string()
    .refine((text) => URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol), {
      message: 'must be smtp://user:password@host:port',
    }),
}

/** Checks what was given. @throws UsageError for the first thing that is wrong */
export function readSettings({
  command,
  values,
}: Pick<Arguments, 'values'> & Partial<Pick<Arguments, 'command'>>): Settings {
  const read = <T>(name: OptionName, type: z.ZodType<T, string>): T | undefined => {
    const text = values[name]
    if (text === undefined) return undefined
    const result = type.safeParse(text)
    if (result.success) return result.data
    throw new UsageError(`${nameOf(optionDefinitions[name])} ${result.error.issues[0]?.message}.`)
  }
  const isSet = (name: OptionName) => values[name] === 'true' || values[name] === '1'
  const dataDir = path.resolve(values.dataDir ?? '.vivarium')
  const host = read('host', texts.host) ?? '127.0.0.1'
  const isLoopback = isLoopbackHost(host)
  const smtpUrl = read('smtpUrl', texts.smtpUrl)
  const rootKey = read('rootKey', texts.rootKey)
  if (!isLoopback && rootKey !== undefined && rootKey.length < rootKeyLengthMin) {
    throw new UsageError(
      `VIVARIUM_ROOT_KEY must have at least ${rootKeyLengthMin} characters while the host is not loopback.`,
    )
  }
  const dataApiSecret = read('dataApiSecret', texts.dataApiSecret) ?? 'fauna'
  const seeding: SeedingSettings = {
    poolName: read('poolName', texts.name),
    poolId: read('poolId', texts.poolId),
    clientName: read('clientName', texts.name),
    triggerArn: read('triggerArn', texts.functionArn),
    sampleMovies: !isSet('noSampleMovies'),
    rotateServerKey: isSet('rotateServerKey'),
  }
  checkSeeding(seeding, { command, dataApiSecret })
  const workers = read('workers', texts.workers) ?? 1
  const store = readStore(values.store, dataDir)
  if (workers > 1 && store.kind === 'memory') {
    throw new UsageError('--workers needs a store that processes can share, which memory: is not.')
  }
  return {
    dataDir,
    store,
    workers,
    host,
    isLoopback,
    ports: {
      'data-api': read('dataApiPort', texts.port) ?? 8443,
      'user-pools': read('userPoolsPort', texts.port) ?? 9229,
      functions: read('functionsPort', texts.port) ?? 9001,
      web: read('webPort', texts.port) ?? 3000,
    },
    only: read('only', texts.only) ?? new Set(serverNames),
    metrics: metricsOf(read('metricsHost', texts.host), read('metricsPort', texts.port)),
    drainSeconds: read('drainSeconds', texts.drainSeconds) ?? 0,
    tls: readTls(values),
    queryTimeoutMsMax: read('queryTimeoutMsMax', texts.timeoutMs),
    seeds: !isSet('noSeed'),
    replaces: isSet('replace'),
    dataApiSecret,
    seeding,
    showsMailbox: smtpUrl === undefined && (isLoopback || isSet('mailbox')),
    urls: {
      dataApi: read('dataApiUrl', texts.origin),
      userPools: read('userPoolsUrl', texts.origin),
      web: read('webUrl', texts.origin),
    },
    region: read('region', texts.region) ?? 'us-east-1',
    issuer: read('issuer', texts.issuer),
    lambdaEndpoint: read('lambdaEndpoint', texts.origin),
    functionsFile: {
      path: path.resolve(values.functions ?? path.join(dataDir, 'functions.json')),
      isRequired: values.functions !== undefined,
    },
    logLevel: read('logLevel', texts.logLevel),
    rootKey,
    credentials: readCredentials(
      read('accessKeyId', texts.word),
      read('secretAccessKey', texts.word),
      isLoopback,
    ),
    smtp:
      smtpUrl === undefined
        ? undefined
        : { url: smtpUrl, from: values.smtpFrom ?? 'no-reply@localhost' },
  }
}

/** Options that contradict each other. @throws UsageError */
function checkSeeding(
  { poolName, poolId, triggerArn, rotateServerKey }: SeedingSettings,
  {
    command,
    dataApiSecret,
  }: { readonly command: string | undefined; readonly dataApiSecret: SecretKind },
): void {
  if (poolName !== undefined && poolId !== undefined) {
    throw new UsageError('Either --pool-name or --pool-id says which user pool is meant, not both.')
  }
  if (dataApiSecret === 'id-token' && triggerArn !== undefined) {
    throw new UsageError('--data-api-secret id-token needs no trigger: leave --trigger-arn out.')
  }
  // Every start would mint one, and lock out whoever was given the one before.
  if (rotateServerKey && command === 'start') {
    throw new UsageError('--rotate-server-key belongs to seed, not to start.')
  }
}

/** Whether only this machine reaches what listens there. */
export function isLoopbackHost(host: string): boolean {
  if (net.isIPv4(host)) return host.startsWith('127.')
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1'
}

function readStore(text: string | undefined, dataDir: string): StoreSetting {
  if (text === undefined) return { kind: 'lmdb', path: path.join(dataDir, 'store') }
  if (text === 'memory:') return { kind: 'memory' }
  if (text.startsWith('lmdb:') && text.length > 'lmdb:'.length) {
    return { kind: 'lmdb', path: path.resolve(text.slice('lmdb:'.length)) }
  }
  if (/^postgres(ql)?:/.test(text)) return readPostgresUrl(text)
  throw new UsageError('--store must be lmdb:DIR, postgres://USER@HOST/DATABASE or memory:.')
}

function metricsOf(host: string | undefined, port: number | undefined): MetricsSetting | undefined {
  if (port !== undefined) return { host: host ?? '127.0.0.1', port }
  if (host === undefined) return undefined
  throw new UsageError('--metrics-host needs --metrics-port.')
}

function readTls({ tlsCert, tlsKey }: Arguments['values']): Settings['tls'] {
  if (tlsCert === undefined && tlsKey === undefined) return undefined
  if (tlsCert === undefined || tlsKey === undefined) {
    throw new UsageError('--tls-cert and --tls-key go together.')
  }
  return { certFile: path.resolve(tlsCert), keyFile: path.resolve(tlsKey) }
}

function readCredentials(
  accessKeyId: string | undefined,
  secretAccessKey: string | undefined,
  isLoopback: boolean,
): Settings['credentials'] {
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    return { accessKeyId, secretAccessKey }
  }
  if (accessKeyId !== undefined || secretAccessKey !== undefined) {
    throw new UsageError(
      'VIVARIUM_AWS_ACCESS_KEY_ID and VIVARIUM_AWS_SECRET_ACCESS_KEY go together.',
    )
  }
  if (isLoopback) return { accessKeyId: 'local', secretAccessKey: 'local' }
  throw new UsageError(
    'The host is not loopback: set VIVARIUM_AWS_ACCESS_KEY_ID and VIVARIUM_AWS_SECRET_ACCESS_KEY, ' +
      'with which user pools are administered.',
  )
}
