import { UsageError } from './usage-error.ts'

/** A store on PostgreSQL. */
export interface PostgresSetting {
  readonly kind: 'postgres'
  /** What the driver is given, password and all: to be shown to nobody. */
  readonly url: string
  /** The schema of its tables. */
  readonly schema: string
  /** The most connections at once; absent for the store's own number. */
  readonly connectionsMax: number | undefined
  /** Host, port, database and schema: what may be shown, and tells one store from another. */
  readonly place: string
  /** Files that TLS needs. */
  readonly files: readonly string[]
  /** Whether TLS keeps others from reading along, and from posing as the server. */
  readonly security: 'none' | 'encrypted' | 'verified'
}

/** What `sslmode` may be, and what is made of it: nothing weaker than what libpq makes of it. */
const securities: Readonly<Record<string, PostgresSetting['security']>> = {
  disable: 'none',
  'no-verify': 'encrypted',
  require: 'verified',
  'verify-ca': 'verified',
  'verify-full': 'verified',
}

const files = ['sslrootcert', 'sslcert', 'sslkey']

/** What stands after the question mark, and is passed on. */
const passedOn = new Set([...files, 'application_name', 'options'])

/**
 * Reads `postgres://USER@HOST:PORT/DATABASE?schema=…&connections=…&sslmode=…`. No message repeats the text:
 * there may be a password in it.
 *
 * @throws UsageError
 */
export function readPostgresUrl(text: string): PostgresSetting {
  const url = URL.canParse(text) ? new URL(text) : undefined
  // An unescaped # cuts off what follows it.
  if (url === undefined || url.hash !== '' || !isDecodable(text)) {
    throw refused(
      'is no URL. Write characters such as # / ? @ and % of a user or password as %23 %2F %3F %40 %25',
    )
  }
  if (url.hostname === '') throw refused('names no host: postgres://USER@HOST/DATABASE')
  const database = url.pathname.slice(1)
  if (!/^[^/]+$/.test(database)) throw refused('names no database: postgres://USER@HOST/DATABASE')
  const given = new Map(url.searchParams)
  const schema = given.get('schema') ?? 'vivarium'
  if (schema === '' || Buffer.byteLength(schema) > 63) {
    throw refused('needs a schema of 1 to 63 bytes')
  }
  const security = securityOf(given)
  const passed = new URL(url)
  passed.search = ''
  for (const [name, value] of given) {
    if (passedOn.has(name)) passed.searchParams.set(name, value)
    else if (!/^(schema|connections|sslmode)$/.test(name)) {
      throw refused(
        `has the parameter ${JSON.stringify(name)}. There are schema, connections, sslmode, ` +
          `${files.join(', ')}, application_name and options`,
      )
    }
  }
  if (security !== 'none') {
    const mode = security === 'encrypted' ? 'no-verify' : 'verify-full'
    passed.searchParams.set('sslmode', mode)
  }
  const port = url.port === '' ? '5432' : url.port
  return {
    kind: 'postgres',
    url: String(passed),
    schema,
    connectionsMax: connectionsOf(given.get('connections')),
    place: `postgres://${url.hostname}:${port}/${database}?schema=${encodeURIComponent(schema)}`,
    files: files.flatMap((name) => given.get(name) ?? []),
    security,
  }
}

/** Certificates are of use with TLS alone, so naming one asks for it. */
function securityOf(given: ReadonlyMap<string, string>): PostgresSetting['security'] {
  const mode = given.get('sslmode')
  const names = files.filter((name) => given.has(name))
  if (mode === undefined) return names.length > 0 ? 'verified' : 'none'
  const security = Object.hasOwn(securities, mode) ? securities[mode] : undefined
  if (security === undefined) {
    throw refused(`needs an sslmode that is one of ${Object.keys(securities).join(', ')}`)
  }
  if (security === 'none' && names.length > 0) {
    throw refused(`has ${names.join(' and ')}, and sslmode=disable`)
  }
  return security
}

function connectionsOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  // One to read, one to write, and one to find out what became of a commit.
  if (/^\d{1,3}$/.test(text) && Number(text) >= 3) return Number(text)
  throw refused('needs connections=N with N from 3 to 999')
}

function isDecodable(text: string): boolean {
  try {
    const { username, password, pathname } = new URL(text)
    for (const part of [username, password, pathname]) decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}

const refused = (what: string) => new UsageError(`--store ${what}.`)

/** Whether a word of a command line has a password in it, as the address of a store. */
export function hasPassword(word: string): boolean {
  const at = word.search(/postgres(ql)?:/)
  return at >= 0 && /^[^?]*:\/\/[^@]*:[^@]*@|[?&]password=/.test(word.slice(at))
}
