/** What the web server answers, over a socket. */
import { mkdirSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { listen } from '@vivarium/http'
import type { DeliveredMessage } from '@vivarium/user-pools'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryDirectory } from '../testing/vivarium-process.ts'
import { openStaticFiles } from './static-files.ts'
import {
  bodyBytesMax,
  createWebHandler,
  faults,
  type WebConfiguration,
  type WebHandlerOptions,
} from './web-handler.ts'

const configuration: WebConfiguration = {
  region: 'us-east-1',
  userPoolId: 'us-east-1_AbCdEf123',
  clientId: 'client',
  userPoolsEndpoint: 'http://127.0.0.1:9229',
  dataApiEndpoint: 'http://127.0.0.1:8443',
  dataApiSecret: 'fauna',
}
const script = `export const text = ${JSON.stringify('long '.repeat(1000))}`
const message: DeliveredMessage = {
  to: 'ann@example.com',
  subject: 'Your code',
  body: 'Your code is 123456<br>for <b>Tom &amp; Ann</b><img src=x onerror=alert(1)>&lt;script&gt;',
  code: '123456',
  sentAt: '2026-01-02T03:04:05.678Z',
}

interface Answer {
  readonly status: number | undefined
  readonly headers: http.IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
}

async function open(more: Partial<WebHandlerOptions> = {}) {
  const directory = temporaryDirectory()
  mkdirSync(path.join(directory, 'assets'))
  writeFileSync(path.join(directory, 'index.html'), '<title>Movies</title>')
  writeFileSync(path.join(directory, 'favicon.svg'), '<svg/>')
  writeFileSync(path.join(directory, 'assets/index-4f2a.js'), script)
  const handler = createWebHandler({
    files: openStaticFiles(directory),
    configuration,
    mailbox: { list: () => [message] },
    trustedHosts: ['dev.example.com'],
    ...more,
  })
  const listener = await listen(handler, { host: '127.0.0.1', port: 0, bodyBytesMax, faults })
  onTestFinished(() => listener.close({ drainMs: 0 }))
  // Not fetch, which decodes bodies, normalises paths and keeps `host` to itself.
  return (target: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { port: listener.port, host: '127.0.0.1', path: target, method, headers, agent: false },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => {
            const bytes = Buffer.concat(chunks)
            const { statusCode: status } = response
            resolve({ status, headers: response.headers, bytes, text: bytes.toString() })
          })
        },
      )
      request.on('error', reject)
      request.end()
    })
}

const page = { accept: 'text/html,*/*' }

describe('the application', () => {
  test.each(['/', '/index.html', '/sign-in', '/movies/1?a=b'])(
    'answers %s with its page',
    async (target) => {
      const get = await open()
      const { status, headers, text } = await get(target, page)
      expect([status, headers['content-type'], headers['cache-control'], text]).toEqual([
        200,
        'text/html;charset=utf-8',
        'no-cache',
        '<title>Movies</title>',
      ])
    },
  )

  test('has assets that may be kept for ever', async () => {
    const get = await open()
    const { status, headers, text } = await get('/assets/index-4f2a.js')
    expect([status, text]).toEqual([200, script])
    expect(headers).toMatchObject({
      'content-type': 'text/javascript;charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      vary: 'accept-encoding',
    })
  })

  test.each([
    ['br', 'gzip, deflate, br, zstd', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['gzip', 'br;q=0, gzip;q=0.5', gunzipSync],
  ])('is sent as %s to who accepts %s', async (encoding, accepted, decode) => {
    const get = await open()
    const answer = await get('/assets/index-4f2a.js', { 'accept-encoding': accepted })
    expect(answer.headers['content-encoding']).toBe(encoding)
    expect(decode(answer.bytes).toString()).toBe(script)
    expect(answer.bytes.length).toBeLessThan(script.length / 10)
  })

  test('is not sent again to who has it', async () => {
    const get = await open()
    const { etag } = (await get('/', page)).headers
    const again = await get('/', { ...page, 'if-none-match': String(etag) })
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag])
  })

  test('has a head without a body', async () => {
    const get = await open()
    const { status, headers, text } = await get('/favicon.svg', {}, 'HEAD')
    expect([status, headers['content-length'], text]).toEqual([200, '6', ''])
  })

  test.each([
    '/assets/missing.js',
    '/missing.png',
    '/../package.json',
    '/..%2f..%2fetc%2fpasswd',
    '/%00',
    '/%zz',
    '/_vivarium/nothing',
  ])('does not have %s', async (target) => {
    const get = await open()
    expect((await get(target)).status).toBe(404)
  })

  test('does not answer a missing script with its page', async () => {
    const get = await open()
    expect((await get('/assets/missing.js', page)).status).toBe(404)
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('takes no %s', async (method) => {
    const get = await open()
    const { status, headers } = await get('/', {}, method)
    expect([status, headers.allow]).toEqual([405, 'GET, HEAD'])
  })

  test('that is not built says how to build it', async () => {
    const get = await open({ files: openStaticFiles('/nowhere') })
    const { status, text } = await get('/', page)
    expect(status).toBe(503)
    expect(text).toContain('npm run build')
  })
})

test('every answer forbids what a page does not need', async () => {
  const get = await open()
  for (const target of ['/', '/config.json', '/_vivarium/mailbox', '/missing.png']) {
    const { headers } = await get(target, page)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
    })
    const policy = String(headers['content-security-policy']).split('; ')
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:8443 http://127.0.0.1:9229")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toContain("default-src 'self'")
    expect(headers['access-control-allow-origin']).toBeUndefined()
  }
})

test('servers at an IPv6 address, which a policy cannot name, are allowed by their scheme', async () => {
  const dataApiEndpoint = 'http://[::1]:8443'
  const get = await open({ configuration: { ...configuration, dataApiEndpoint } })
  const { headers } = await get('/', page)
  expect(headers['content-security-policy']).toContain(
    "connect-src 'self' http: http://127.0.0.1:9229;",
  )
})

describe('the configuration', () => {
  test('tells where the servers are', async () => {
    const get = await open()
    const { status, headers, text } = await get('/config.json')
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'application/json',
      'no-store',
    ])
    expect(JSON.parse(text)).toEqual(configuration)
  })

  test('says so if there is nothing to sign in to', async () => {
    const get = await open({ configuration: undefined })
    const { status, text } = await get('/config.json')
    expect([status, JSON.parse(text)]).toEqual([
      503,
      { message: 'No user pool has been seeded. Run vivarium seed.' },
    ])
  })
})

describe('the mailbox', () => {
  const target = '/_vivarium/mailbox'

  test('is JSON for programs', async () => {
    const get = await open()
    const { status, headers, text } = await get(target)
    expect([status, headers['content-type'], headers['cache-control'], headers.vary]).toEqual([
      200,
      'application/json',
      'no-store',
      'accept',
    ])
    expect(JSON.parse(text)).toEqual([message])
  })

  test('is a page for browsers, in which no message runs', async () => {
    const get = await open()
    const { headers, text } = await get(target, page)
    expect(headers['content-type']).toBe('text/html;charset=utf-8')
    expect(text).toContain('<title>Mailbox (1)</title>')
    expect(text).toContain('<h2>Your code</h2>')
    expect(text).toContain('<strong>ann@example.com</strong>')
    expect(text).toContain('<code>123456</code>')
    expect(text).toContain('Your code is 123456\nfor Tom &amp; Ann&lt;script&gt;')
    expect(text).not.toContain('onerror')
  })

  test('shows an address and a subject as text', async () => {
    const hostile = { ...message, to: '"><script>1</script>', subject: '<i>&amp;' }
    const get = await open({ mailbox: { list: () => [hostile] } })
    const { text } = await get(target, page)
    expect(text).toContain('&quot;&gt;&lt;script&gt;1&lt;/script&gt;')
    expect(text).toContain('<h2>&lt;i&gt;&amp;amp;</h2>')
  })

  test('says so while it is empty', async () => {
    const get = await open({ mailbox: { list: () => [] } })
    expect((await get(target, page)).text).toContain('No messages yet.')
    expect((await get(target)).text).toBe('[]')
  })

  test('brings its script', async () => {
    const get = await open()
    const { status, headers } = await get('/_vivarium/mailbox.js')
    expect([status, headers['content-type']]).toEqual([200, 'text/javascript;charset=utf-8'])
  })

  test.each([
    'localhost',
    'localhost:3000',
    '127.0.0.1:3000',
    '[::1]:3000',
    'dev.example.com',
    'a.localhost',
  ])('is shown at %s', async (host) => {
    const get = await open()
    expect((await get(target, { host })).status).toBe(200)
  })

  test.each([
    'evil.example.com',
    'localhost.example.com',
    '127.0.0.1.nip.io',
    '192.168.0.1',
    'a b',
  ])('is not shown at %s, to which a foreign page could lead', async (host) => {
    const get = await open()
    const { status, text } = await get(target, { host })
    expect(status).toBe(403)
    expect(text).not.toContain('123456')
  })

  test('is not there when it is off', async () => {
    const get = await open({ mailbox: undefined })
    const { status, text } = await get(target)
    expect(status).toBe(404)
    expect(text).toContain('VIVARIUM_SMTP_URL')
  })
})
