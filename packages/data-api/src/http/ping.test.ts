import { openMemoryStore, type Store, StoreError } from '@vivarium/store'
import { describe, expect, it } from 'vitest'
import { createDataApi } from '../data-api.ts'
import { send } from '../testing/send.ts'

/** A data API over a store whose transactions go through `before`. */
function open(
  before: (intent: string | undefined) => Promise<void>,
  isDraining?: () => boolean,
): (query: string) => Promise<[status: number, body: unknown]> {
  const inner = openMemoryStore()
  const store: Store = {
    ...inner,
    async transact(body, options) {
      await before(options?.intent)
      return inner.transact(body, options)
    },
  }
  const dataApi = createDataApi({ store, rootSecrets: [], ...(isDraining && { isDraining }) })
  return async (query) => {
    const { status, body } = await send(dataApi, { method: 'GET', path: '/ping', query })
    return [status, JSON.parse(body)]
  }
}

const ok = (scope: string) => [200, { resource: `Scope ${scope} is OK` }]
const refused = (scope: string, what: string) => [
  503,
  { errors: [{ code: 'time out', description: `Scope ${scope} ${what}` }] },
]

describe('a ping', () => {
  it('of a store that takes no commit is refused, but for what only reads', async () => {
    const ping = open(async (intent) => {
      if (intent === 'write') throw new StoreError('storage', 'The disk is full.')
    })
    expect(await ping('scope=write')).toEqual(refused('write', 'is unavailable'))
    expect(await ping('')).toEqual(refused('write', 'is unavailable'))
    expect(await ping('scope=all')).toEqual(refused('all', 'is unavailable'))
    expect(await ping('scope=read')).toEqual(ok('read'))
    expect(await ping('scope=node')).toEqual(ok('node'))
  })

  it('of a store that is away leaves the process alive', async () => {
    const ping = open(async () => {
      throw new StoreError('closed', 'The database cannot be reached.')
    })
    expect(await ping('scope=local')).toEqual(refused('read', 'is unavailable'))
    expect(await ping('scope=node')).toEqual(ok('node'))
  })

  it('does not wait for longer than it was told, nor for ever', async () => {
    const ping = open(() => new Promise(() => {}))
    expect(await ping('scope=write&timeout=7')).toEqual(
      refused('write', 'timed out after 7 milliseconds'),
    )
    expect(await ping('scope=read&timeout=0')).toEqual(
      refused('read', 'timed out after 500 milliseconds'),
    )
    expect(await ping('scope=read&timeout=-1e9')).toEqual(
      refused('read', 'timed out after 500 milliseconds'),
    )
  })

  it('of many at once commits once, and tries again after a failure', async () => {
    let commits = 0
    let fails = true
    const ping = open(async (intent) => {
      if (intent !== 'write') return
      commits++
      if (fails) throw new StoreError('storage', 'The disk is full.')
    })
    const many = () => Promise.all(Array.from({ length: 50 }, () => ping('scope=write')))
    expect(new Set((await many()).map(([status]) => status))).toEqual(new Set([503]))
    expect(commits).toBe(1)
    fails = false
    expect(new Set((await many()).map(([status]) => status))).toEqual(new Set([200]))
    expect(commits).toBe(2)
    await many()
    expect(commits).toBe(2)
  })

  it('of a process that is about to stop says so, though it is alive', async () => {
    const ping = open(
      async () => {},
      () => true,
    )
    for (const scope of ['all', 'write', 'read']) {
      expect(await ping(`scope=${scope}`)).toEqual(refused(scope, 'is unavailable'))
    }
    expect(await ping('scope=node')).toEqual(ok('node'))
  })
})
