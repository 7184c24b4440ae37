import net from 'node:net'
import { nameOf, type OptionDefinition, optionDefinitions } from '../command/options.ts'
import { type Settings, serverNames } from '../command/settings.ts'
import { codeOf } from '../start/data-directory.ts'
import { hostOf, portOptions } from '../start/open-server.ts'
import { type Finding, ok, wrong } from './finding.ts'
import { whoListens } from './who-listens.ts'

/** Whether each port is free, and who has it if not. */
export async function checkPorts(settings: Settings): Promise<readonly Finding[]> {
  const { only, ports, metrics } = settings
  const wanted: readonly WantedPort[] = [
    ...serverNames
      .filter((name) => only.has(name))
      .map((name) => ({
        about: `${name} port`,
        host: hostOf(name, settings),
        port: ports[name],
        options: { host: optionDefinitions.host, port: portOptions[name] },
      })),
    ...(metrics ? [{ ...metrics, about: 'metrics port', options: metricsOptions }] : []),
  ]
  return Promise.all(wanted.map(checkPort))
}

interface WantedPort {
  readonly about: string
  readonly host: string
  readonly port: number
  /** By which it is chosen. */
  readonly options: { readonly host: OptionDefinition; readonly port: OptionDefinition }
}

const metricsOptions = { host: optionDefinitions.metricsHost, port: optionDefinitions.metricsPort }

async function checkPort({ about, host, port, options }: WantedPort): Promise<Finding> {
  if (port === 0) return ok(about, 'a free one will be chosen')
  const fault = await tryPort(host, port)
  if (fault === undefined) return ok(about, `${port} of ${host} is free`)
  const option = nameOf(options.port)
  switch (fault) {
    case 'EADDRINUSE': {
      const owner = (await whoListens(port)) ?? 'another process'
      const advice = `Choose another with ${option}, or stop it.`
      return wrong(about, `${port} of ${host} is taken by ${owner}`, advice)
    }
    case 'EACCES':
      return wrong(about, `${port} is not for this user`, `Choose one from 1024 with ${option}.`)
    default:
      return wrong(
        about,
        `${host}:${port} cannot be used: ${fault}`,
        `Choose another with ${nameOf(options.host)}.`,
      )
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
