import { openTestStore } from '@vivarium/store/testing'
import { describe, expect, it } from 'vitest'
import { listenFor } from '../testing/stream-client.ts'
import { q } from '../testing/test-data-api.ts'
import { withProvider } from '../testing/test-issuer.ts'

const spell = q.Ref(q.Collection('spells'), 1)
const rename = (name: string) => q.Update(spell, { data: { name } })
const lost = {
  type: 'error',
  event: {
    code: 'permission denied',
    description: 'Authorization lost during stream evaluation.',
  },
}

/** A stream of somebody whose token ends in an hour, by the clock of the store. */
async function open() {
  let laterMs = 0
  const now = () => BigInt(Date.now() + laterMs) * 1000n
  const api = await listenFor(openTestStore({ now }))
  const { issuer, signedIn } = await withProvider(api)
  const client = await signedIn({ exp: Math.floor(Date.now() / 1000) + 3600 })
  const stream = await api.stream(spell, { client })
  return {
    ...api,
    issuer,
    stream,
    anHourLater() {
      laterMs = 3_600_000
    },
  }
}

describe('streams of who has a token of an access provider', () => {
  it('tell what its roles may read, and ask for keys no more', async () => {
    const { admin, issuer, stream } = await open()
    issuer.answer((response) => response.destroy())
    await admin.query(rename('water'))
    expect(await stream.next()).toMatchObject({
      type: 'version',
      event: { document: { data: { name: 'water' } } },
    })
    expect(issuer.requests).toHaveLength(1)
  })

  it('end when it expires', async () => {
    const { admin, stream, anHourLater } = await open()
    anHourLater()
    await admin.query(rename('water'))
    expect(await stream.next()).toMatchObject(lost)
  })

  it('end when its provider is deleted', async () => {
    const { admin, stream } = await open()
    await admin.query(q.Delete(q.AccessProvider('people')))
    expect(await stream.next()).toMatchObject(lost)
  })

  it('end when its provider fetches keys elsewhere', async () => {
    const { admin, issuer, stream } = await open()
    await admin.query(q.Update(q.AccessProvider('people'), { jwks_uri: `${issuer.url}/other` }))
    expect(await stream.next()).toMatchObject(lost)
    expect(issuer.requests).toHaveLength(1)
  })
})
