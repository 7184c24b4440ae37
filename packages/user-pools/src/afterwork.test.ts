import { expect, it } from 'vitest'
import { createAfterwork } from './afterwork.ts'

it('is not begun before its caller has gone on', async () => {
  const afterwork = createAfterwork()
  const order: string[] = []
  afterwork.run(async () => void order.push('afterwards'))
  await Promise.resolve()
  order.push('the answer')
  await afterwork.close()
  expect(order).toEqual(['the answer', 'afterwards'])
})

it('is waited for by closing', async () => {
  const afterwork = createAfterwork()
  let open = () => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  let isDone = false
  afterwork.run(async () => {
    await gate
    isDone = true
  })
  const closed = afterwork.close()
  open()
  await closed
  expect(isDone).toBe(true)
})

it('that never ends does not keep a server from closing', async () => {
  const afterwork = createAfterwork({ waitMsMax: 1 })
  afterwork.run(() => new Promise(() => {}))
  await expect(afterwork.close()).resolves.toBeUndefined()
})
