import { parseArgs } from 'node:util'
import { nameOf, type OptionName, optionList } from './options.ts'
import { UsageError } from './usage-error.ts'

/** What was asked for, as text: nothing is checked yet but the names. */
export interface Arguments {
  /** The first word; absent if there is none. */
  readonly command: string | undefined
  /** The second word, where the command takes one. */
  readonly operand?: string
  readonly wantsHelp: boolean
  readonly wantsVersion: boolean
  /** What was given, a flag before its environment twin. An empty variable is as good as none. */
  readonly values: Readonly<Partial<Record<OptionName, string>>>
}

/** Reads the command line and the environment. @throws UsageError */
export function readArguments(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Arguments {
  const { values, positionals } = parseWords(words)
  const [command, ...rest] = positionals
  const surplus = rest[command === 'backup' || command === 'restore' ? 1 : 0]
  const [operand] = rest
  if (surplus !== undefined) throw new UsageError(`What is ${JSON.stringify(surplus)}?`)
  const given: Partial<Record<OptionName, string>> = {}
  for (const [name, { flag, variable, placeholder }] of optionList) {
    const value = (flag === undefined ? undefined : values[flag]) ?? environment[variable]
    if (value === undefined || value === '') continue
    if (value === true) given[name] = 'true'
    else if (typeof value === 'string') given[name] = value
    else
      throw new UsageError(
        `${nameOf({ variable, help: '', ...(flag && { flag }) })} is given twice.`,
      )
    if (placeholder === undefined && !/^(true|false|1|0)$/.test(given[name] ?? '')) {
      throw new UsageError(`${variable} must be true or false.`)
    }
  }
  return {
    command,
    ...(operand !== undefined && { operand }),
    wantsHelp: values.help === true,
    wantsVersion: values.version === true,
    values: given,
  }
}

function parseWords(words: readonly string[]) {
  const options: Record<
    string,
    { type: 'string' | 'boolean'; short?: string; multiple?: boolean }
  > = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean' },
  }
  for (const [, { flag, placeholder }] of optionList) {
    if (flag !== undefined)
      options[flag] = { type: placeholder === undefined ? 'boolean' : 'string' }
  }
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // Node goes on to explain what to do with words that begin with a dash, which none of ours do.
    const [message] = error.message.split('. ')
    throw new UsageError(`${message?.replace(/\.$/, '')}.`)
  }
}
