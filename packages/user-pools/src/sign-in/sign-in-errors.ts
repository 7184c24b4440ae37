import type { ErrorCode } from '../errors.ts'

const initiate = [
  'UnexpectedLambdaException',
  'UserLambdaValidationException',
  'InvalidLambdaResponseException',
  'PasswordResetRequiredException',
  'UserNotFoundException',
  'UserNotConfirmedException',
  'UnsupportedOperationException',
  'CodeDeliveryFailureException',
] as const satisfies readonly ErrorCode[]

/** What the steps of a sign-in may answer with, for either API. @see user-pools, Appendix A */
export const signInErrors = {
  initiate,
  respond: [
    ...initiate,
    'AliasExistsException',
    'CodeMismatchException',
    'ExpiredCodeException',
    'InvalidPasswordException',
    'PasswordHistoryPolicyViolationException',
  ],
} as const satisfies Readonly<Record<string, readonly ErrorCode[]>>
