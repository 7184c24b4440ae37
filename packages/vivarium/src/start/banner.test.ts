/** What a person at a terminal reads. */
import { expect, test } from 'vitest'
import { readSettings } from '../command/settings.ts'
import { banner, readyLine } from './banner.ts'
import type { Running } from './start-servers.ts'

const running: Running = {
  urls: {
    'data-api': 'http://127.0.0.1:8443',
    'user-pools': 'http://127.0.0.1:9229',
    functions: 'http://127.0.0.1:9001',
    web: 'http://127.0.0.1:3000',
  },
  userPoolId: 'us-east-1_AbCdEf123',
  clientId: 'client',
  rootKey: { secret: 'root-secret', isNew: false },
  close: async () => {},
}

test('everything is named, with where it is', () => {
  const settings = readSettings({ values: { dataDir: '/data' } })
  expect(banner(running, settings)).toBe(`
Vivarium is ready.

  Movies      http://127.0.0.1:3000
  Mailbox     http://127.0.0.1:3000/_vivarium/mailbox
  Data API    http://127.0.0.1:8443
  User pools  http://127.0.0.1:9229
  Functions   http://127.0.0.1:9001
  Data        /data

Ctrl-C stops it.
`)
})

test('what is not there is not named', () => {
  const urls = { ...running.urls, 'user-pools': undefined, functions: undefined, web: undefined }
  const partly: Running = { ...running, urls, userPoolId: undefined, clientId: undefined }
  expect(banner(partly, readSettings({ values: { store: 'memory:' } }))).toBe(`
Vivarium is ready.

  Data API    http://127.0.0.1:8443
  Data        in memory: gone when this stops

Ctrl-C stops it.
`)
  expect(readyLine(partly, undefined)).toBe('{"ready":true,"dataApi":"http://127.0.0.1:8443"}\n')
})
