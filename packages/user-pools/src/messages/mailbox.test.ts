import { describe, expect, it } from 'vitest'
import { createMailbox } from './mailbox.ts'

const message = (code: string) => ({
  medium: 'EMAIL' as const,
  to: 'jane@example.com',
  subject: 'Your verification code',
  body: `Your verification code is ${code}`,
  code,
})

describe('the mailbox', () => {
  it('lists messages newest first, with their time', async () => {
    let time = Date.UTC(2026, 0, 2, 3, 4, 5)
    const mailbox = createMailbox({ now: () => time })
    expect(mailbox.list()).toEqual([])
    await mailbox.deliver(message('111111'))
    time += 1000
    await mailbox.deliver(message('222222'))
    expect(mailbox.list()).toEqual([
      {
        to: 'jane@example.com',
        subject: 'Your verification code',
        body: 'Your verification code is 222222',
        code: '222222',
        sentAt: '2026-01-02T03:04:06.000Z',
      },
      expect.objectContaining({ code: '111111', sentAt: '2026-01-02T03:04:05.000Z' }),
    ])
  })

  it('forgets the oldest messages', async () => {
    const mailbox = createMailbox({ messagesMax: 3 })
    for (const code of ['1', '2', '3', '4', '5']) await mailbox.deliver(message(code))
    expect(mailbox.list().map(({ code }) => code)).toEqual(['5', '4', '3'])
  })

  it('hands out lists that do not change', async () => {
    const mailbox = createMailbox()
    await mailbox.deliver(message('1'))
    const before = mailbox.list()
    await mailbox.deliver(message('2'))
    expect(before).toHaveLength(1)
  })
})
