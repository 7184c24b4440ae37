/** A function that the host runs. */
export interface FunctionDefinition {
  /** 1 to 64 letters, digits, hyphens and underscores. */
  readonly name: string
  /** The absolute path of its module: TypeScript or JavaScript. */
  readonly module: string
  /** The export that is called; dots lead into objects. Default `handler`. */
  readonly handler?: string | undefined
  /** How long one invocation may take, in milliseconds. Default 3000, as in Lambda. */
  readonly timeoutMs?: number | undefined
  /** What an invocation may keep on the heap, in MiB. Default 128, as in Lambda. */
  readonly memoryMb?: number | undefined
  /** All that the function sees in `process.env`, besides Lambda's own variables. */
  readonly environment?: Readonly<Record<string, string>> | undefined
}

/** A definition with every default in place. */
export interface HostedFunction extends Required<FunctionDefinition> {
  readonly arn: string
  readonly environment: Readonly<Record<string, string>>
  readonly handler: string
  readonly timeoutMs: number
  readonly memoryMb: number
}

const timeoutMsDefault = 3_000
const memoryMbDefault = 128

/** The ARN of a function here; the account is nobody's. */
export function arnOf(region: string, name: string): string {
  return `arn:aws:lambda:${region}:000000000000:function:${name}`
}

/** Fills in a definition. @throws TypeError for a name or a module that cannot be */
export function hostFunction(definition: FunctionDefinition, region: string): HostedFunction {
  const { name, module } = definition
  if (!/^[\w-]{1,64}$/.test(name)) {
    throw new TypeError(`${JSON.stringify(name)} is not the name of a function.`)
  }
  if (!module.startsWith('/') && !/^[a-zA-Z]:[\\/]/.test(module)) {
    throw new TypeError(`The module of ${name} must be an absolute path, not ${module}.`)
  }
  return {
    name,
    module,
    arn: arnOf(region, name),
    handler: definition.handler ?? 'handler',
    timeoutMs: definition.timeoutMs ?? timeoutMsDefault,
    memoryMb: definition.memoryMb ?? memoryMbDefault,
    environment: definition.environment ?? {},
  }
}
