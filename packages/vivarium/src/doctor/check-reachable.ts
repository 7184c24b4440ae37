import net from 'node:net'
import type { Settings } from '../command/settings.ts'
import { codeOf } from '../start/data-directory.ts'
import { type Finding, note, ok, wrong } from './finding.ts'

const connectTimeoutMs = 3_000

/** Ports where a URL names none. */
const defaultPorts: Readonly<Record<string, number>> = {
  'http:': 80,
  'https:': 443,
  'smtp:': 587,
  'smtps:': 465,
}

/** Whether the servers of others that are configured can be connected to. */
export async function checkReachable(settings: Settings): Promise<readonly Finding[]> {
  const { smtp, lambdaEndpoint, showsMailbox } = settings
  const findings: Finding[] = []
  if (smtp !== undefined) {
    findings.push(await checkConnection('mail', smtp.url, 'VIVARIUM_SMTP_URL'))
  } else if (showsMailbox) {
    findings.push(ok('mail', 'messages are shown at /_vivarium/mailbox, none is sent'))
  } else {
    const advice = 'Set VIVARIUM_SMTP_URL, or show messages with --mailbox.'
    findings.push(note('mail', 'no message reaches anybody: nobody can confirm a sign-up', advice))
  }
  if (lambdaEndpoint !== undefined) {
    findings.push(await checkConnection('triggers', lambdaEndpoint, '--lambda-endpoint'))
  }
  return findings
}

/** The URL may hold a password: only its host and port are shown. */
async function checkConnection(about: string, text: string, option: string): Promise<Finding> {
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const port = url.port === '' ? (defaultPorts[url.protocol] ?? 0) : Number(url.port)
  const fault = await tryConnect(host, port)
  return fault === undefined
    ? ok(about, `${host}:${port} answers`)
    : wrong(about, `${host}:${port} cannot be reached: ${fault}`, `Look at ${option}.`)
}

function tryConnect(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: connectTimeoutMs })
    const end = (fault: string | undefined) => {
      socket.destroy()
      resolve(fault)
    }
    socket.once('connect', () => end(undefined))
    socket.once('timeout', () => end('no answer'))
    socket.once('error', (error) => end(codeOf(error)))
  })
}
