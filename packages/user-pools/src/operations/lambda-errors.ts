/** What an operation may answer with when a trigger of the pool fails. @see user-pools §5.2 */
export const lambdaErrors = [
  'UnexpectedLambdaException',
  'UserLambdaValidationException',
  'InvalidLambdaResponseException',
] as const
