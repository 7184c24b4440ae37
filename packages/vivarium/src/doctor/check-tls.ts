import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Settings } from '../command/settings.ts'
import { codeOf } from '../start/data-directory.ts'
import { type Finding, note, ok, wrong } from './finding.ts'

const about = 'TLS'
const soonMs = 30 * 24 * 60 * 60 * 1000

/** Whether the certificate and its key can be read, belong together, and are in force. */
export async function checkTls({ tls }: Settings): Promise<readonly Finding[]> {
  if (tls === undefined) return []
  const certificate = await readPem(tls.certFile, (pem) => new X509Certificate(pem))
  const key = await readPem(tls.keyFile, (pem) => createPrivateKey(pem))
  if ('level' in certificate) return 'level' in key ? [certificate, key] : [certificate]
  if ('level' in key) return [key]
  if (!certificate.checkPrivateKey(key)) {
    const advice = 'Give the key that the certificate was made with.'
    return [wrong(about, `${tls.keyFile} is not the key of ${tls.certFile}`, advice)]
  }
  return [checkDates(certificate)]
}

function checkDates({ validFrom, validTo, subjectAltName }: X509Certificate): Finding {
  const now = Date.now()
  if (Date.parse(validTo) < now) {
    return wrong(about, `the certificate expired on ${validTo}`, 'Get a new one.')
  }
  if (Date.parse(validFrom) > now) {
    return wrong(about, `the certificate is not in force before ${validFrom}`, 'Look at the clock.')
  }
  const text = `a certificate for ${subjectAltName ?? 'no name'}, until ${validTo}`
  return Date.parse(validTo) < now + soonMs
    ? note(about, text, 'Get a new one soon.')
    : ok(about, text)
}

async function readPem<T extends object>(
  file: string,
  parse: (pem: Buffer) => T,
): Promise<T | Finding> {
  try {
    return parse(await readFile(file))
  } catch (error) {
    return wrong(about, `${file} cannot be used: ${codeOf(error)}`, 'Give a file with PEM in it.')
  }
}
