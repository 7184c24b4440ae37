import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { TestClock } from '../testing/test-data-api.ts'
import { publicJwk, sendJson, startIssuer } from '../testing/test-issuer.ts'
import { createKeySets } from './key-sets.ts'

async function start() {
  const issuer = await startIssuer()
  const clock = new TestClock()
  const keySets = createKeySets(clock.now)
  const has = async (keyId: string | undefined, uri = issuer.jwksUri) =>
    (await keySets.find(uri, keyId)) !== undefined
  return { issuer, clock, keySets, has }
}

describe('key sets', () => {
  it('are downloaded once, however many wait', async () => {
    const { issuer, has } = await start()
    const found = await Promise.all(Array.from({ length: 20 }, () => has('key0')))
    expect(found).toEqual(found.map(() => true))
    expect(issuer.requests).toHaveLength(1)
    expect(issuer.requests[0]).toMatchObject({ accept: 'application/json' })
    expect(issuer.requests[0]).not.toHaveProperty('if-none-match')
  })

  it('are asked for an unknown key at most every 500 ms', async () => {
    const { issuer, clock, has } = await start()
    expect(await has('key0')).toBe(true)
    for (let i = 0; i < 10; i++) expect(await has(`none${i}`)).toBe(false)
    expect(issuer.requests).toHaveLength(1)
    clock.micros += 499_999n
    expect(await has('none')).toBe(false)
    expect(issuer.requests).toHaveLength(1)
    clock.micros += 1n
    issuer.publish(await publicJwk(0), await publicJwk(1))
    expect(await Promise.all([has('key1'), has('none'), has('key1')])).toEqual([true, false, true])
    expect(issuer.requests).toHaveLength(2)
    // No cache on the way may say that nothing has changed.
    expect(issuer.requests[1]).not.toHaveProperty('if-none-match')
  })

  it('are asked for at most every 500 ms while they cannot be had', async () => {
    const { issuer, clock, has } = await start()
    issuer.answer((response) => response.writeHead(500).end())
    for (let i = 0; i < 3; i++) expect(await has('key0')).toBe(false)
    expect(issuer.requests).toHaveLength(1)
    clock.micros += 500_000n
    expect(await has('key0')).toBe(false)
    expect(issuer.requests).toHaveLength(2)
    issuer.publish(await publicJwk(0))
    clock.micros += 500_000n
    expect(await has('key0')).toBe(true)
  })

  it('are refreshed in the background after five minutes, by their entity tag', async () => {
    const { issuer, clock, has } = await start()
    const keys = [await publicJwk(0)]
    issuer.answer((response, headers) => {
      if (headers['if-none-match'] === '"one"') response.writeHead(304).end()
      else sendJson(response, { keys }, { etag: '"one"' })
    })
    expect(await has('key0')).toBe(true)
    clock.micros += 299_999_999n
    expect(await has('key0')).toBe(true)
    expect(issuer.requests).toHaveLength(1)
    clock.micros += 1n
    expect(await has('key0')).toBe(true)
    await vi.waitFor(() => expect(issuer.requests).toHaveLength(2))
    expect(issuer.requests[1]).toMatchObject({ 'if-none-match': '"one"' })
    // What has not changed is as good as new: for an hour from then on.
    issuer.answer((response) => response.destroy())
    clock.micros += 3_599_999_999n
    expect(await has('key0')).toBe(true)
    clock.micros += 1n
    expect(await has('key0')).toBe(false)
  })

  it('lose the keys that are no longer listed', async () => {
    const { issuer, clock, has } = await start()
    expect(await has('key0')).toBe(true)
    issuer.publish(await publicJwk(1))
    clock.micros += 300_000_000n
    // Nobody waits for the refresh, but for those who ask for what is new.
    expect(await has('key0')).toBe(true)
    expect(await has('key1')).toBe(true)
    expect(await has('key0')).toBe(false)
    expect(issuer.requests).toHaveLength(2)
  })

  it('are kept while they cannot be refreshed, for an hour', async () => {
    const { issuer, clock, has } = await start()
    expect(await has('key0')).toBe(true)
    issuer.answer((response) => response.destroy())
    clock.micros += 3_599_999_999n
    expect(await has('key0')).toBe(true)
    clock.micros += 1n
    expect(await has('key0')).toBe(false)
  })

  it('do not outlive a clock that is set back', async () => {
    const { issuer, clock, has } = await start()
    expect(await has('key0')).toBe(true)
    issuer.publish(await publicJwk(1))
    clock.micros -= 1n
    expect(await has('key0')).toBe(false)
    expect(issuer.requests).toHaveLength(2)
  })

  it('are kept for 256 addresses', async () => {
    const { issuer, has } = await start()
    const uri = (i: number) => `${issuer.url}/${i}`
    for (let i = 0; i < 256; i++) expect(await has('key0', uri(i))).toBe(true)
    expect(await has('key0', uri(0))).toBe(true)
    expect(issuer.requests).toHaveLength(256)
    expect(await has('key0', uri(256))).toBe(true)
    expect(await has('key0', uri(0))).toBe(true)
    expect(issuer.requests).toHaveLength(257)
    expect(await has('key0', uri(1))).toBe(true)
    expect(issuer.requests).toHaveLength(258)
  })

  it('are not looked for where a redirect leads', async () => {
    const { issuer, has } = await start()
    const elsewhere = await startIssuer()
    for (const status of [301, 302, 303, 307, 308]) {
      issuer.answer((response) => {
        response.writeHead(status, { location: elsewhere.jwksUri }).end()
      })
      expect(await has('key0', `${issuer.url}/${status}`)).toBe(false)
    }
    expect(elsewhere.requests).toHaveLength(0)
  })

  it('are read from answers of their form and size only', async () => {
    const { issuer, has } = await start()
    const key = await publicJwk(0)
    let asked = 0
    const isRead = async (body: string | Uint8Array, headers: object = {}, status = 200) => {
      issuer.answer((response) => {
        response.writeHead(status, { ...headers })
        response.end(body)
      })
      asked += 1
      return has('key0', `${issuer.url}/${asked}`)
    }
    const set = (...keys: unknown[]) => JSON.stringify({ keys })
    expect(await isRead(set(key))).toBe(true)
    expect(await isRead(set(1, null, {}, key))).toBe(true)
    expect(await isRead(set(key), {}, 201)).toBe(false)
    expect(await isRead('', {}, 304)).toBe(false)
    for (const body of ['', '{', '[]', 'null', '1', '{}', '{"keys":{}}', '{"keys":1}']) {
      expect([body, await isRead(body)]).toEqual([body, false])
    }
    expect(await isRead(set(...Array(99).fill(null), key))).toBe(true)
    expect(await isRead(set(...Array(100).fill(null), key))).toBe(false)
    const sized = (bytes: number) => set(key).padEnd(bytes)
    expect(await isRead(sized(64 * 1024))).toBe(true)
    expect(await isRead(sized(64 * 1024 + 1))).toBe(false)
    // Counted as it is unpacked: 64 MB in 64 kB.
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))
    expect(await isRead(bomb, { 'content-encoding': 'gzip' })).toBe(false)
    expect(await isRead(gzipSync(set(key)), { 'content-encoding': 'gzip' })).toBe(true)
  })

  it('have keys for RSA signatures alone, neither too small nor too large', async () => {
    const { issuer, has } = await start()
    const key = await publicJwk(0)
    const rsa = (modulusLength: number) =>
      generateKeyPairSync('rsa', { modulusLength }).publicKey.export({ format: 'jwk' })
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey
    const kid = 'other'
    const { n: _n, ...withoutModulus } = key
    const { e: _e, ...withoutExponent } = key
    const unusable = [
      { ...elliptic.export({ format: 'jwk' }), kid },
      { kty: 'oct', k: 'c2VjcmV0', kid },
      { ...key, kid, kty: 'rsa' },
      { ...key, kid, use: 'enc' },
      { ...rsa(1024), kid },
      { ...withoutModulus, kid },
      { ...withoutExponent, kid },
      { ...key, kid, n: '' },
    ]
    issuer.publish(...unusable, key)
    expect(await has(kid)).toBe(false)
    expect(await has('key0')).toBe(true)
    // Keys of other kinds do not count: there is one.
    expect(await has(undefined)).toBe(true)
    issuer.publish(key, await publicJwk(1))
    expect(await has(undefined, `${issuer.url}/two`)).toBe(false)
    expect(await has('key1', `${issuer.url}/two`)).toBe(true)
    issuer.publish()
    expect(await has(undefined, `${issuer.url}/none`)).toBe(false)
  })

  it('of a server that is not there, or says nothing, are none', async () => {
    const { has } = await start()
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => server.closeAllConnections())
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : 0
    server.on('request', (_, response) => response.destroy())
    expect(await has('key0', `http://127.0.0.1:${port}/`)).toBe(false)
    await new Promise((resolve) => server.close(resolve))
    expect(await has('key0', `http://127.0.0.1:${port}/other`)).toBe(false)
  })
})
