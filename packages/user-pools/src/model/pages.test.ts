import { openMemoryStore } from '@vivarium/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Page, type PageRequest, pageToken, readPage } from './pages.ts'

const asked = (input: Partial<PageRequest> = {}): PageRequest => ({
  list: ['List', 'pool'],
  limit: undefined,
  token: undefined,
  nowSeconds: 1_000,
  ...input,
})

const from = Buffer.from('b')
const to = Buffer.from('c')

/** A store with these names after `b`, and neighbours that are not in the list. */
async function storeOf(names: readonly string[]) {
  const store = openMemoryStore()
  await store.transact((transaction) => {
    for (const key of ['a', 'a\xff', 'c', 'd', ...names.map((name) => `b${name}`)]) {
      transaction.put(Buffer.from(key), Buffer.of())
    }
  })
  const page = async (request: PageRequest): Promise<Page<string>> =>
    (
      await store.transact((transaction) =>
        readPage(transaction, [from, to], request, ({ key }) => Buffer.from(key).toString()),
      )
    ).value
  return page
}

describe('pages', () => {
  it('hold every item once and in order, whatever their size', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.string({ unit: 'binary-ascii', maxLength: 5 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 7 }),
        async (names, limit) => {
          const page = await storeOf(names)
          const found: string[] = []
          let token: string | undefined
          do {
            const { items, nextToken } = await page(asked({ limit, token }))
            expect(items.length).toBeLessThanOrEqual(limit)
            // A page that promises more is full, and keeps the promise.
            if (nextToken !== undefined) expect(items).toHaveLength(limit)
            if (token !== undefined) expect(items.length).toBeGreaterThan(0)
            found.push(...items)
            token = nextToken
          } while (token !== undefined)
          expect(found).toEqual(names.map((name) => `b${name}`).sort())
        },
      ),
    ))

  it('have 60 items unless asked otherwise', async () => {
    const page = await storeOf(Array.from({ length: 61 }, (_, index) => `${index}`))
    expect((await page(asked())).items).toHaveLength(60)
    expect((await page(asked({ limit: 0 }))).items).toHaveLength(60)
  })

  it('lead nowhere outside of their list, whoever made the token', async () => {
    const page = await storeOf(['x'])
    for (const key of ['a', 'a\xff', 'c', 'd', '']) {
      const token = pageToken(asked(), Buffer.from(key))
      await expect(page(asked({ token }))).rejects.toThrow('Invalid pagination token')
    }
    const inside = pageToken(asked(), Buffer.from('b'))
    expect((await page(asked({ token: inside }))).items).toEqual(['bx'])
  })

  it('go on for an hour, and only in the list they are of', async () => {
    const page = await storeOf(['x', 'y'])
    const { nextToken: token } = await page(asked({ limit: 1 }))
    expect((await page(asked({ token, nowSeconds: 4_600 }))).items).toEqual(['by'])
    for (const other of [{ nowSeconds: 4_601 }, { list: ['List', 'other'] }]) {
      await expect(page(asked({ token, ...other }))).rejects.toThrow('Invalid pagination token')
    }
  })
})
