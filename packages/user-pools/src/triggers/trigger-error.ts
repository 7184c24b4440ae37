/** The triggers of a pool, by their keys in `LambdaConfig`; error texts begin with them. */
export type TriggerName =
  | 'PreSignUp'
  | 'PostConfirmation'
  | 'PreAuthentication'
  | 'PostAuthentication'
  | 'CustomMessage'
  | 'PreTokenGeneration'
  | 'UserMigration'
  | 'DefineAuthChallenge'
  | 'CreateAuthChallenge'
  | 'VerifyAuthChallengeResponse'

/** The exceptions that a failing trigger becomes. All are answered with status 400. */
export type TriggerErrorCode =
  | 'UserLambdaValidationException'
  | 'UnexpectedLambdaException'
  | 'InvalidLambdaResponseException'

/**
 * A trigger that failed: the exception to answer with, its message byte for byte.
 *
 * @see user-pools §5.2
 */
export class TriggerError extends Error {
  override readonly name = 'TriggerError'
  readonly code: TriggerErrorCode

  constructor(code: TriggerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The function threw; its own message reaches the client. A full stop is added, whatever it ends with. */
export function triggerFailed(trigger: TriggerName, errorMessage: string): TriggerError {
  return new TriggerError(
    'UserLambdaValidationException',
    `${trigger} failed with error ${errorMessage}.`,
  )
}

/** The function could not be called. */
export function triggerUnreachable(
  trigger: TriggerName,
  reason: string,
  cause?: unknown,
): TriggerError {
  return new TriggerError(
    'UnexpectedLambdaException',
    `${trigger} invocation failed due to error ${reason}.`,
    { cause },
  )
}

/** The function answered what this trigger cannot use. */
export function unrecognizableOutput(): TriggerError {
  return new TriggerError('InvalidLambdaResponseException', 'Unrecognizable lambda output')
}

/** The function answered something that is no JSON object. */
export function invalidJsonOutput(): TriggerError {
  return new TriggerError(
    'InvalidLambdaResponseException',
    'Invalid lambda function output : Invalid JSON',
  )
}
