import type { Settings } from '../command/settings.ts'
import type { Served } from '../workers/messages.ts'

/** The line on standard output that tells programs where everything is. */
export function readyLine(
  { urls, userPoolId, clientId }: Served,
  metrics: string | undefined,
): string {
  return `${JSON.stringify({
    ready: true,
    dataApi: urls['data-api'],
    userPools: urls['user-pools'],
    functions: urls.functions,
    web: urls.web,
    userPoolId,
    clientId,
    metrics,
  })}\n`
}

/** What a person at a terminal is told once everything listens. */
export function banner({ urls, userPoolId }: Served, settings: Settings): string {
  const rows: [string, string | undefined][] = [
    ['Movies', urls.web && userPoolId ? urls.web : undefined],
    ['Mailbox', urls.web && settings.showsMailbox ? `${urls.web}/_vivarium/mailbox` : undefined],
    ['Data API', urls['data-api']],
    ['User pools', urls['user-pools']],
    ['Functions', urls.functions],
    ['Data', placeOfData(settings)],
  ]
  const lines = rows.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(12)}${value}`],
  )
  return `\nVivarium is ready.\n\n${lines.join('\n')}\n\nCtrl-C stops it.\n`
}

function placeOfData({ store, dataDir }: Settings): string {
  if (store.kind === 'memory') return 'in memory: gone when this stops'
  return store.kind === 'postgres' ? store.place : dataDir
}

/** The root key, shown on the start that made it and never again. */
export function rootKeyNotice(secret: string, file: string): string {
  return `\nThe data API's root key, shown this once (it is kept in ${file}):\n\n  ${secret}\n`
}
