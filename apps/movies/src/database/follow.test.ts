import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SessionEnded } from '../session/session.ts'
import type { OpenStream } from './client.ts'
import { follow } from './follow.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** Streams that open, end and fail as the test says. */
function streams() {
  const opened: { readonly onEvent: () => void; end(): void; isClosed: boolean }[] = []
  const failures: unknown[] = []
  const open = async (onEvent: () => void): Promise<OpenStream> => {
    if (failures.length > 0) throw failures.shift()
    let end = (): void => undefined
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const one = { onEvent, end, isClosed: false }
    opened.push(one)
    return {
      ended,
      close() {
        one.isClosed = true
        end()
      },
    }
  }
  return { opened, failures, open }
}

const refusal = (statusCode: number) =>
  Object.assign(new Error(), { requestResult: { statusCode } })

test('what changes together is told once, and the start counts', async () => {
  const { opened, open } = streams()
  const onChange = vi.fn()
  const stop = follow(open, onChange)
  await vi.advanceTimersByTimeAsync(100)
  expect(onChange).toHaveBeenCalledTimes(1)
  for (let i = 0; i < 5; i++) opened[0]?.onEvent()
  await vi.advanceTimersByTimeAsync(100)
  expect(onChange).toHaveBeenCalledTimes(2)
  opened[0]?.onEvent()
  stop()
  await vi.runAllTimersAsync()
  expect(onChange).toHaveBeenCalledTimes(2)
  expect(opened[0]?.isClosed).toBe(true)
})

test('a stream that ends is opened again, and its start counts', async () => {
  const { opened, open } = streams()
  const onChange = vi.fn()
  const stop = follow(open, onChange)
  await vi.advanceTimersByTimeAsync(100)
  opened[0]?.end()
  await vi.advanceTimersByTimeAsync(1_100)
  expect(opened).toHaveLength(2)
  expect(onChange).toHaveBeenCalledTimes(2)
  stop()
})

test('what cannot be reached is tried again, less and less often', async () => {
  const { opened, failures, open } = streams()
  failures.push(new TypeError('network error'), refusal(503), new TypeError('network error'))
  const stop = follow(open, () => undefined)
  await vi.advanceTimersByTimeAsync(1_000 + 2_000 + 3_999)
  expect(opened).toHaveLength(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(opened).toHaveLength(1)
  stop()
})

test.each([
  ['the database refuses the stream', refusal(400)],
  ['the session is over', new SessionEnded()],
])('nothing more is tried when %s', async (_, failure) => {
  const { opened, failures, open } = streams()
  failures.push(failure)
  const onChange = vi.fn()
  follow(open, onChange)
  await vi.runAllTimersAsync()
  expect([opened.length, onChange.mock.calls.length]).toEqual([0, 0])
})

test('a stream that opens when nobody wants it any more is closed', async () => {
  const { opened, open } = streams()
  const onChange = vi.fn()
  follow(open, onChange)()
  await vi.runAllTimersAsync()
  expect(opened[0]?.isClosed).toBe(true)
  expect([opened.length, onChange.mock.calls.length]).toEqual([1, 0])
})
