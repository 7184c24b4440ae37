import { InvokeError } from '../invoke-error.ts'

/** A function as a caller names it. */
export interface FunctionName {
  readonly name: string
  readonly qualifier: string | undefined
}

/**
 * A name, `name:qualifier`, a partial ARN (`000000000000:function:name`) or a whole one; the account and
 * the region in it are not looked at.
 */
const pattern =
  /^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:[a-z]{2}(?:-[a-z]+)+-\d:)?(?:\d{12}:)?(?:function:)?(?<name>[\w-]{1,64})(?::(?<qualifier>\$LATEST|[\w-]{1,128}))?$/

/**
 * Reads a function's name in a path, and the qualifier that may come beside it.
 *
 * @throws InvokeError
 */
export function parseFunctionName(text: string, qualifier: string | undefined): FunctionName {
  const groups = pattern.exec(text)?.groups
  if (groups?.name === undefined) {
    throw new InvokeError(
      'ValidationException',
      `1 validation error detected: Value '${text.slice(0, 200)}' at 'functionName' failed to satisfy ` +
        `constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
    )
  }
  const derived = groups.qualifier
  if (derived !== undefined && qualifier !== undefined && derived !== qualifier) {
    throw new InvokeError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  }
  return { name: groups.name, qualifier: qualifier ?? derived }
}
