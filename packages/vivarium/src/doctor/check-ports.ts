import net from 'node:net'
import { nameOf } from '../command/options.ts'
import { type ServerName, type Settings, serverNames } from '../command/settings.ts'
import { codeOf } from '../start/data-directory.ts'
import { hostOf, portOptions } from '../start/open-server.ts'
import { type Finding, ok, wrong } from './finding.ts'
import { whoListens } from './who-listens.ts'

/** Whether each port is free, and who has it if not. */
export async function checkPorts(settings: Settings): Promise<readonly Finding[]> {
  const wanted = serverNames.filter((name) => settings.only.has(name))
  return Promise.all(wanted.map((name) => checkPort(name, settings)))
}

async function checkPort(name: ServerName, settings: Settings): Promise<Finding> {
  const about = `${name} port`
  const host = hostOf(name, settings)
  const port = settings.ports[name]
  if (port === 0) return ok(about, 'a free one will be chosen')
  const fault = await tryPort(host, port)
  if (fault === undefined) return ok(about, `${port} of ${host} is free`)
  const option = nameOf(portOptions[name])
  switch (fault) {
    case 'EADDRINUSE': {
      const owner = (await whoListens(port)) ?? 'another process'
      const advice = `Choose another with ${option}, or stop it.`
      return wrong(about, `${port} of ${host} is taken by ${owner}`, advice)
    }
    case 'EACCES':
      return wrong(about, `${port} is not for this user`, `Choose one from 1024 with ${option}.`)
    default:
      return wrong(about, `${host}:${port} cannot be used: ${fault}`, 'Choose another with --host.')
  }
}

/** The system's code for why it cannot be listened at; undefined if it can. */
function tryPort(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer()
    server.once('error', (error) => resolve(codeOf(error)))
    server.listen({ host, port }, () => server.close(() => resolve(undefined)))
  })
}
