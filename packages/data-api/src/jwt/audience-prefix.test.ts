import { openTestStore } from '@vivarium/store/testing'
import { describe, expect, it } from 'vitest'
import { listenFor } from '../testing/stream-client.ts'
import { q } from '../testing/test-data-api.ts'
import { withProvider } from '../testing/test-issuer.ts'

const fire = q.Get(q.Ref(q.Collection('spells'), 1))
const unauthorized = { name: 'Unauthorized' }
const audiencePrefix = 'https://vivarium.example/'

describe('a server with an audience prefix of its own', () => {
  it('shows it, accepts it, and knows no other', async () => {
    const api = await listenFor(openTestStore(), { audiencePrefix })
    const { audience, signedIn } = await withProvider(api)
    expect(audience).toMatch(/^https:\/\/vivarium\.example\/[a-z1-9]{13}$/)
    await expect((await signedIn()).query(fire)).resolves.toMatchObject({ data: { name: 'fire' } })
    const aud = audience.replace(audiencePrefix, 'https://db.fauna.com/db/')
    await expect((await signedIn({ aud })).query(1)).rejects.toMatchObject(unauthorized)
    // What stands for a database elsewhere is an audience like any other here, and the reverse.
    const people = q.AccessProvider('people')
    await api.admin.query(q.Update(people, { audiences: aud }))
    await expect((await signedIn({ aud })).query(1)).resolves.toBe(1)
    const taken = q.Update(people, { audiences: `${audiencePrefix}x` })
    await expect(api.admin.query(taken)).rejects.toThrow('validation failed')
  })

  it('follows streams of those who show it', async () => {
    const api = await listenFor(openTestStore(), { audiencePrefix })
    const { signedIn } = await withProvider(api)
    const spell = q.Ref(q.Collection('spells'), 1)
    const stream = await api.stream(spell, { client: await signedIn() })
    await api.admin.query(q.Update(spell, { data: { name: 'water' } }))
    expect(await stream.next()).toMatchObject({ type: 'version' })
  })
})
