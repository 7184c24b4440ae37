/**
 * The files of a built application, in memory.
 *
 * The build is small and its names say what may be kept: what is under `assets/` has a hash of its
 * content in its name. A file is compressed when it is first asked for, and then kept so.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { HttpRequest, HttpResponse } from '@vivarium/http'
import { lookup } from 'mrmime'

/** Answers with files. */
export interface StaticFiles {
  /** Whether there is an application to show. */
  readonly isBuilt: boolean
  /** The file at the request's path, or the application's page where a page is asked for. */
  answer(request: HttpRequest): Promise<HttpResponse | undefined>
}

interface StaticFile {
  readonly type: string
  readonly etag: string
  readonly cacheControl: string
  readonly bytes: Uint8Array
  readonly encoded: Map<Encoding, Promise<Uint8Array>>
}

type Encoding = 'br' | 'gzip'

const encoders: Record<Encoding, (bytes: Uint8Array) => Promise<Uint8Array>> = {
  // Nearly as small as the best, in a tenth of the time.
  br: (bytes) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
  gzip: (bytes) => promisify(gzip)(bytes),
}

/** Below this many bytes an encoding saves no packet. */
const compressedBytesMin = 1_000

/** Reads all files under a directory; there are none if it is not there. */
export function openStaticFiles(directory: string): StaticFiles {
  const files = new Map<string, StaticFile>()
  const names = existsSync(directory)
    ? readdirSync(directory, { recursive: true, encoding: 'utf8' })
    : []
  for (const name of names) {
    const file = readFile(directory, name)
    if (file) files.set(`/${name.split(path.sep).join('/')}`, file)
  }
  const page = files.get('/index.html')
  return {
    isBuilt: page !== undefined,
    async answer(request) {
      const file = files.get(decodePath(request.path)) ?? (wantsPage(request) ? page : undefined)
      return file && answerFile(file, request)
    },
  }
}

function readFile(directory: string, name: string): StaticFile | undefined {
  const type = lookup(name)
  if (type === undefined) return undefined
  const bytes = readFileSync(path.join(directory, name))
  const isText = /^(text\/|application\/(json|javascript|manifest))|\+(xml|json)$/.test(type)
  return {
    type: isText ? `${type};charset=utf-8` : type,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    cacheControl: name.startsWith(`assets${path.sep}`)
      ? 'public, max-age=31536000, immutable'
      : 'no-cache',
    bytes,
    encoded: new Map(),
  }
}

/** A client route has no extension; a missing file must not be answered with a page. */
function wantsPage(request: HttpRequest): boolean {
  const accepts = request.headers.accept ?? ''
  return !/\.\w+$/.test(request.path) && (accepts.includes('text/html') || request.path === '/')
}

function decodePath(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

async function answerFile(file: StaticFile, request: HttpRequest): Promise<HttpResponse> {
  const { type, etag, cacheControl, bytes } = file
  const headers = { 'cache-control': cacheControl, etag, vary: 'accept-encoding' }
  if (request.headers['if-none-match']?.includes(etag)) return { status: 304, headers }
  const encoding =
    type.includes('charset') && bytes.length >= compressedBytesMin
      ? acceptedEncoding(request.headers['accept-encoding'] ?? '')
      : undefined
  return {
    status: 200,
    headers: {
      ...headers,
      'content-type': type,
      ...(encoding && { 'content-encoding': encoding }),
    },
    body: encoding === undefined ? bytes : await encode(file, encoding),
  }
}

function acceptedEncoding(header: string): Encoding | undefined {
  const accepted = header
    .split(',')
    .filter((each) => !/;\s*q=0(\.0*)?\s*$/.test(each))
    .map((each) => each.replace(/;.*/, '').trim())
  return accepted.includes('br') ? 'br' : accepted.includes('gzip') ? 'gzip' : undefined
}

function encode(file: StaticFile, encoding: Encoding): Promise<Uint8Array> {
  let encoded = file.encoded.get(encoding)
  if (encoded === undefined) {
    encoded = encoders[encoding](file.bytes)
    file.encoded.set(encoding, encoded)
  }
  return encoded
}
