/** The `vivarium` command. Exit status: 0 well, 1 something is wrong here, 2 it was asked for wrongly. */
import { readArguments } from './command/arguments.ts'
import { hasPassword } from './command/postgres-url.ts'
import { StartError, UsageError } from './command/usage-error.ts'

// What the SDK has to say of its later versions concerns who updates it, not who runs this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'

async function main(words: readonly string[]): Promise<number> {
  if (words.some(hasPassword)) hideWords()
  const given = readArguments(words, process.env)
  if (given.wantsVersion) {
    const { packageVersion } = await import('./package-files.ts')
    process.stdout.write(`${packageVersion()}\n`)
    return 0
  }
  if (given.wantsHelp) {
    const { helpText } = await import('./command/help.ts')
    process.stdout.write(helpText())
    return 0
  }
  const { readSettings } = await import('./command/settings.ts')
  switch (given.command) {
    case 'start': {
      const { start } = await import('./start/start.ts')
      return start(readSettings(given))
    }
    case 'doctor': {
      const { doctor } = await import('./doctor/doctor.ts')
      return doctor(given)
    }
    case 'seed': {
      const { seedCommand } = await import('./command/seed-command.ts')
      return seedCommand(readSettings(given))
    }
    case 'backup': {
      const { backupCommand } = await import('./command/backup-commands.ts')
      return backupCommand(readSettings(given), given.operand)
    }
    case 'restore': {
      const { restoreCommand } = await import('./command/backup-commands.ts')
      return restoreCommand(readSettings(given), given.operand)
    }
    case undefined:
      throw new UsageError('Which command? One of start, seed, backup, restore, doctor.')
    default:
      throw new UsageError(
        `There is no command ${JSON.stringify(given.command)}. There are start, seed, backup, restore and doctor.`,
      )
  }
}

/** Every user of a machine can list the command lines of its processes. */
function hideWords(): void {
  process.title = 'vivarium'
  process.stderr.write(
    'vivarium: A password on a command line can be seen by others: put the URL into VIVARIUM_STORE.\n',
  )
}

try {
  // Whatever is still open (a connection that is kept, a timer) must not keep the process.
  process.exit(await main(process.argv.slice(2)))
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`vivarium: ${error.message}\nSee vivarium --help.\n`)
    process.exit(2)
  }
  if (error instanceof StartError) {
    process.stderr.write(`vivarium: ${error.message}\n`)
    process.exit(1)
  }
  throw error
}
