import { nameOf, optionList } from './options.ts'

/** What `vivarium --help` prints. */
export function helpText(): string {
  return `Vivarium: a home for applications built on Amazon Cognito and Fauna.

Usage: vivarium COMMAND [OPTIONS]

Commands:
  start    the data API, the user pools, the function host and the web applications
  seed     the article's schema, its server key, sample movies, a user pool and an app client
  backup   writes everything in the store to a new directory: vivarium backup DIR
  restore  puts a backup into an empty store: vivarium restore DIR
  doctor   what is configured, reachable, and wrong

Options (each can also be set in the environment, by the name below it):
${list(true)}

In the environment alone:
${list(false)}

  -h, --help   this text          --version   the version
`
}

function list(hasFlag: boolean): string {
  return optionList
    .filter(([, { flag }]) => (flag !== undefined) === hasFlag)
    .map(([, definition]) => {
      const { placeholder, help, variable } = definition
      const name = `${nameOf(definition)}${placeholder ? ` ${placeholder}` : ''}`
      return hasFlag
        ? `  ${name.padEnd(26)}  ${help}\n  ${''.padEnd(26)}  ${variable}`
        : `  ${name}\n  ${''.padEnd(26)}  ${help}`
    })
    .join('\n')
}
