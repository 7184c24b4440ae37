import { createServer, type Server, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMailer, type Mailer } from './mailer.ts'
import { DeliveryError, type Message } from './message.ts'

/** An SMTP server that takes every message, or refuses every recipient. */
class MailServer {
  readonly commands: string[] = []
  readonly messages: string[] = []
  refusing = false
  readonly #sockets = new Set<Socket>()
  readonly #server: Server = createServer((socket) => {
    this.#sockets.add(socket)
    void this.#serve(socket)
  })

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('No port')
    return `smtp://127.0.0.1:${address.port}`
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on('error', () => {})
    socket.write('220 ready\r\n')
    let message: string[] | undefined
    for await (const line of createInterface({ input: socket })) {
      if (message !== undefined && line !== '.') {
        message.push(line)
      } else if (message !== undefined) {
        this.messages.push(message.join('\n'))
        message = undefined
        socket.write('250 taken\r\n')
      } else {
        this.commands.push(line)
        if (line === 'DATA') message = []
        socket.write(this.#answer(line))
      }
    }
  }

  #answer(line: string): string {
    if (line === 'DATA') return '354 go on\r\n'
    if (line.startsWith('RCPT') && this.refusing) return '550 nobody here\r\n'
    return '250 ok\r\n'
  }
}

const message: Message = {
  medium: 'EMAIL',
  to: 'jane@example.com',
  subject: 'Your verification code',
  body: 'Your verification code is 123456',
  code: '123456',
}

let mailServer: MailServer
let mailer: Mailer

beforeEach(async () => {
  mailServer = new MailServer()
  mailer = createMailer({ smtpUrl: await mailServer.listen(), from: 'no-reply@example.com' })
})

afterEach(async () => {
  mailer.close()
  await mailServer.close()
})

describe('createMailer', () => {
  it('sends an e-mail to one address', async () => {
    await mailer.deliver(message)
    expect(mailServer.commands).toContain('MAIL FROM:<no-reply@example.com>')
    expect(mailServer.commands).toContain('RCPT TO:<jane@example.com>')
    expect(mailServer.messages).toHaveLength(1)
    expect(mailServer.messages[0]).toMatch(/^Subject: Your verification code$/m)
    expect(mailServer.messages[0]).toMatch(/^Content-Type: text\/html; charset=utf-8$/m)
    expect(mailServer.messages[0]).toContain('Your verification code is 123456')
  })

  it('does not take an address for several, nor a subject for headers', async () => {
    const to = 'jane@example.com, eve@example.com'
    await mailer.deliver({ ...message, to, subject: 'Hello\r\nBcc: eve@example.com' })
    expect(mailServer.commands.filter((command) => command.startsWith('RCPT'))).toEqual([
      'RCPT TO:<"jane@example.com, eve"@example.com>',
    ])
    expect(mailServer.messages[0]).toMatch(/^Subject: Hello Bcc: eve@example.com$/m)
  })

  it('fails when the server refuses the recipient', async () => {
    mailServer.refusing = true
    await expect(mailer.deliver(message)).rejects.toThrow(DeliveryError)
  })

  it('fails when there is no server', async () => {
    const gone = new MailServer()
    const smtpUrl = await gone.listen()
    await gone.close()
    const orphan = createMailer({ smtpUrl, from: 'no-reply@example.com' })
    await expect(orphan.deliver(message)).rejects.toThrow(DeliveryError)
    orphan.close()
  })

  it('sends no text messages', async () => {
    await expect(mailer.deliver({ ...message, medium: 'SMS' })).rejects.toThrow(DeliveryError)
    expect(mailServer.messages).toEqual([])
  })
})
