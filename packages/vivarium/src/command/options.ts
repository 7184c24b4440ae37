/** Every option of the command: its flag, its environment twin, and what the help says of it. */

/** One option. */
export interface OptionDefinition {
  /** Without dashes; absent for what has no place on a command line, such as secrets. */
  readonly flag?: string
  readonly variable: string
  /** What stands for its value in the help; absent for a switch. */
  readonly placeholder?: string
  readonly help: string
}

/** @see OptionDefinition */
export const optionDefinitions = {
  dataDir: {
    flag: 'data-dir',
    variable: 'VIVARIUM_DATA_DIR',
    placeholder: 'DIR',
    help: 'where data and keys are kept (default ./.vivarium)',
  },
  store: {
    flag: 'store',
    variable: 'VIVARIUM_STORE',
    placeholder: 'URL',
    help: 'lmdb:DIR (default: in the data directory), postgres://USER@HOST/DATABASE, or memory:',
  },
  host: {
    flag: 'host',
    variable: 'VIVARIUM_HOST',
    placeholder: 'ADDR',
    help: 'the address to listen at (default 127.0.0.1)',
  },
  dataApiPort: {
    flag: 'data-api-port',
    variable: 'VIVARIUM_DATA_API_PORT',
    placeholder: 'N',
    help: 'default 8443; 0 chooses a free one',
  },
  userPoolsPort: {
    flag: 'user-pools-port',
    variable: 'VIVARIUM_USER_POOLS_PORT',
    placeholder: 'N',
    help: 'default 9229',
  },
  functionsPort: {
    flag: 'functions-port',
    variable: 'VIVARIUM_FUNCTIONS_PORT',
    placeholder: 'N',
    help: 'default 9001; always at 127.0.0.1',
  },
  webPort: {
    flag: 'web-port',
    variable: 'VIVARIUM_WEB_PORT',
    placeholder: 'N',
    help: 'default 3000',
  },
  only: {
    flag: 'only',
    variable: 'VIVARIUM_ONLY',
    placeholder: 'LIST',
    help: 'some of data-api,user-pools,functions,web (default all)',
  },
  workers: {
    flag: 'workers',
    variable: 'VIVARIUM_WORKERS',
    placeholder: 'N',
    help: 'processes that share the store and the ports (default 1); SIGHUP restarts them one by one',
  },
  queryTimeoutMsMax: {
    flag: 'query-timeout-ms-max',
    variable: 'VIVARIUM_QUERY_TIMEOUT_MS_MAX',
    placeholder: 'N',
    help: 'how long a query may take, whatever its client allows (default 10000)',
  },
  metricsPort: {
    flag: 'metrics-port',
    variable: 'VIVARIUM_METRICS_PORT',
    placeholder: 'N',
    help: 'show metrics for Prometheus at /metrics there (default: nowhere)',
  },
  metricsHost: {
    flag: 'metrics-host',
    variable: 'VIVARIUM_METRICS_HOST',
    placeholder: 'ADDR',
    help: 'the address for metrics (default 127.0.0.1)',
  },
  drainSeconds: {
    flag: 'drain-seconds',
    variable: 'VIVARIUM_DRAIN_SECONDS',
    placeholder: 'N',
    help: 'how long to go on after SIGTERM while /ping says no (default 0)',
  },
  tlsCert: {
    flag: 'tls-cert',
    variable: 'VIVARIUM_TLS_CERT',
    placeholder: 'FILE',
    help: 'a certificate (PEM), with --tls-key: serve over TLS',
  },
  tlsKey: {
    flag: 'tls-key',
    variable: 'VIVARIUM_TLS_KEY',
    placeholder: 'FILE',
    help: 'the key of the certificate (PEM)',
  },
  dataApiSecret: {
    flag: 'data-api-secret',
    variable: 'VIVARIUM_DATA_API_SECRET',
    placeholder: 'KIND',
    help: 'what opens the database after a sign-in: fauna (default), the trigger’s tokens; or id-token',
  },
  noSeed: {
    flag: 'no-seed',
    variable: 'VIVARIUM_NO_SEED',
    help: 'leave an empty store empty',
  },
  replace: {
    flag: 'replace',
    variable: 'VIVARIUM_REPLACE',
    help: 'restore: remove what is in the store',
  },
  poolName: {
    flag: 'pool-name',
    variable: 'VIVARIUM_POOL_NAME',
    placeholder: 'NAME',
    help: 'the user pool that seeding finds or makes (default movies)',
  },
  poolId: {
    flag: 'pool-id',
    variable: 'VIVARIUM_POOL_ID',
    placeholder: 'ID',
    help: 'seed this user pool, whatever its name',
  },
  clientName: {
    flag: 'client-name',
    variable: 'VIVARIUM_CLIENT_NAME',
    placeholder: 'NAME',
    help: 'the app client that seeding finds or makes in it (default movies)',
  },
  triggerArn: {
    flag: 'trigger-arn',
    variable: 'VIVARIUM_TRIGGER_ARN',
    placeholder: 'ARN',
    help: 'the pool’s function to call before tokens are made (default: token-trigger, here)',
  },
  noSampleMovies: {
    flag: 'no-sample-movies',
    variable: 'VIVARIUM_NO_SAMPLE_MOVIES',
    help: 'seed no movies',
  },
  rotateServerKey: {
    flag: 'rotate-server-key',
    variable: 'VIVARIUM_ROTATE_SERVER_KEY',
    help: 'seed alone: mint a new server key for the trigger, then delete the ones before it',
  },
  mailbox: {
    flag: 'mailbox',
    variable: 'VIVARIUM_MAILBOX',
    help: 'show messages at /_vivarium/mailbox although the host is not loopback',
  },
  dataApiUrl: {
    flag: 'data-api-url',
    variable: 'VIVARIUM_DATA_API_URL',
    placeholder: 'URL',
    help: 'where others reach the data API (default: where it listens)',
  },
  userPoolsUrl: {
    flag: 'user-pools-url',
    variable: 'VIVARIUM_USER_POOLS_URL',
    placeholder: 'URL',
    help: 'where others reach the user pools',
  },
  webUrl: {
    flag: 'web-url',
    variable: 'VIVARIUM_WEB_URL',
    placeholder: 'URL',
    help: 'where others reach the web applications',
  },
  region: {
    flag: 'region',
    variable: 'VIVARIUM_REGION',
    placeholder: 'NAME',
    help: 'the region of user pools and functions (default us-east-1)',
  },
  issuer: {
    flag: 'issuer',
    variable: 'VIVARIUM_ISSUER',
    placeholder: 'URL',
    help: 'what comes before the pool id in tokens (default: the user pools’ address)',
  },
  lambdaEndpoint: {
    flag: 'lambda-endpoint',
    variable: 'VIVARIUM_LAMBDA_ENDPOINT',
    placeholder: 'URL',
    help: 'call triggers there instead of in the function host',
  },
  functions: {
    flag: 'functions',
    variable: 'VIVARIUM_FUNCTIONS',
    placeholder: 'FILE',
    help: 'functions of your own (default: functions.json in the data directory)',
  },
  logLevel: {
    flag: 'log-level',
    variable: 'VIVARIUM_LOG_LEVEL',
    placeholder: 'LEVEL',
    help: 'debug, info, warn, error or silent (default info; warn on a terminal)',
  },
  rootKey: {
    variable: 'VIVARIUM_ROOT_KEY',
    placeholder: 'SECRET',
    help: 'the root secret of the data API (default: made on the first start)',
  },
  accessKeyId: {
    variable: 'VIVARIUM_AWS_ACCESS_KEY_ID',
    placeholder: 'ID',
    help: 'who may administer user pools (default on loopback: local)',
  },
  secretAccessKey: {
    variable: 'VIVARIUM_AWS_SECRET_ACCESS_KEY',
    placeholder: 'SECRET',
    help: 'the secret of that id (default on loopback: local)',
  },
  smtpUrl: {
    variable: 'VIVARIUM_SMTP_URL',
    placeholder: 'URL',
    help: 'smtp://user:password@host:port, to send messages instead of showing them',
  },
  smtpFrom: {
    variable: 'VIVARIUM_SMTP_FROM',
    placeholder: 'ADDR',
    help: 'the sender of messages (default no-reply@localhost)',
  },
} as const satisfies Record<string, OptionDefinition>

/** The name of an option in our code. */
export type OptionName = keyof typeof optionDefinitions

/** The same as a list. */
export const optionList: readonly (readonly [OptionName, OptionDefinition])[] = Object.entries(
  optionDefinitions,
).flatMap(([name, definition]) => (isOptionName(name) ? [[name, definition] as const] : []))

function isOptionName(name: string): name is OptionName {
  return name in optionDefinitions
}

/** How a message calls an option: by its flag, or else by its variable. */
export function nameOf({ flag, variable }: OptionDefinition): string {
  return flag === undefined ? variable : `--${flag}`
}
