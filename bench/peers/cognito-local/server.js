/**
 * cognito-local, started as its own command starts it, in a data directory of its own (`DATA_DIR`).
 *
 * Its log goes to standard error as plain JSON: no time is lost in colours.
 */
import { createRequire } from 'node:module'
import pino from 'pino'

const { createDefaultServer } = createRequire(import.meta.url)('cognito-local')

process.chdir(process.env.DATA_DIR ?? '.')
const created = await createDefaultServer(pino({ level: 'info' }, pino.destination(2)))
const server = await created.start()
process.stdout.write(
  `${JSON.stringify({ userPools: `http://127.0.0.1:${server.address().port}` })}\n`,
)
