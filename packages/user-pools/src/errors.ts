/**
 * Every error the user pools answer with: its code, its status and its texts, each in one place.
 *
 * @see user-pools §1.3 and §2.0
 */

const fixed = <const T extends Readonly<Record<string, Text>>>(texts: T): T => texts

/** A text, or how it is made of what it names. */
type Text = string | ((...values: never[]) => string)

const verbatim = (text: string): string => text

/** Code by code, the texts it may carry. Unverified ones follow the specification's first choice. */
const table = {
  AccessDeniedException: fixed({ other: verbatim }),
  AliasExistsException: fixed({
    email: 'An account with the email already exists.',
    phone_number: 'An account with the phone_number already exists.',
    preferred_username: 'Already found an entry for the provided username.',
  }),
  CodeDeliveryFailureException: fixed({ failed: 'Unable to deliver the verification code.' }),
  CodeMismatchException: fixed({
    wrongCode: 'Invalid verification code provided, please try again.',
    unreadableSession: 'Invalid session provided',
  }),
  ExpiredCodeException: fixed({ noCode: 'Invalid code provided, please request a code again.' }),
  GroupExistsException: fixed({ exists: 'A group with the name already exists.' }),
  IncompleteSignatureException: fixed({ malformed: verbatim }),
  InternalErrorException: fixed({ bug: 'Internal server error' }),
  InvalidLambdaResponseException: fixed({ other: verbatim }),
  InvalidParameterException: fixed({
    constraints: verbatim,
    schema: (problems: string) => `Attributes did not conform to the schema: ${problems}`,
    other: verbatim,
    missingParameter: (key: string) => `Missing required parameter ${key}`,
    publicKey: 'SRP_A is not a valid hexadecimal number',
    email: 'Invalid email address format.',
    phoneNumber: 'Invalid phone number format.',
    alreadyConfirmed: 'User is already confirmed.',
    noAutoVerification: 'Auto verification not turned on.',
    noRecoveryAddress:
      'Cannot reset password for the user as there is no registered/verified email or phone_number',
    methodNotSupported: 'Initiate Auth method not supported.',
    passwordFlow: 'USER_PASSWORD_AUTH flow not enabled for this client',
    srpFlow: 'USER_SRP_AUTH is not enabled for the client.',
    customFlow: 'CUSTOM_AUTH is not enabled for the client.',
    choiceFlow: 'USER_AUTH is not enabled for the client.',
    adminFlow: 'Auth flow not enabled for this client',
    refreshFlow: 'Refresh Token flow not enabled for this client',
    noCustomTriggers: 'Custom auth lambda trigger is not configured for the user pool.',
    missingAttribute: (name: string) => `Invalid attributes given, ${name} is missing`,
    deletionProtection:
      'The user pool cannot be deleted because deletion protection is activated. Deletion protection must be inactivated first.',
    tokenValidity: 'Invalid range for token validity.',
    paginationToken: 'Invalid pagination token',
    filter: 'Error while parsing filter',
    searchAttribute: (name: string) => `Invalid search attribute: ${name}`,
  }),
  InvalidPasswordException: fixed({ policy: verbatim }),
  InvalidSignatureException: fixed({
    wrong:
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    other: verbatim,
  }),
  LimitExceededException: fixed({
    attempts: 'Attempt limit exceeded, please try after some time.',
    other: verbatim,
  }),
  MissingAuthenticationTokenException: fixed({ unsigned: 'Missing Authentication Token' }),
  NotAuthorizedException: fixed({
    incorrect: 'Incorrect username or password.',
    disabled: 'User is disabled.',
    disabledReset: 'User is disabled',
    locked: 'Password attempts exceeded',
    session: 'Invalid session for the user.',
    sessionExpired: 'Invalid session for the user, session is expired.',
    sessionUsed: 'Invalid session for the user, session can only be used once.',
    signUpNotPermitted: 'SignUp is not permitted for this user pool',
    unauthorizedAttribute: 'A client attempted to write unauthorized attribute',
    cannotConfirm: (status: string) => `User cannot be confirmed. Current status is ${status}`,
    hashMissing: (clientId: string) =>
      `Client ${clientId} is configured with secret but SECRET_HASH was not received`,
    secretMissing: (clientId: string) =>
      `Client ${clientId} is configured for secret but secret was not received`,
    hashWrong: (clientId: string) => `Unable to verify secret hash for client ${clientId}`,
    hashWrongLater: (clientId: string) => `SecretHash does not match for the client: ${clientId}`,
    secretUnexpected: (clientId: string) =>
      `Client ${clientId} is not configured for secret but secret was received`,
    refreshToken: 'Invalid Refresh Token',
    refreshTokenExpired: 'Refresh Token has expired',
    refreshTokenRevoked: 'Refresh Token has been revoked',
    accessToken: verbatim,
    accessTokenInvalid: 'Invalid Access Token',
    accessTokenRevoked: 'Access Token has been revoked',
    temporaryPasswordExpired:
      'Temporary password has expired and must be reset by an administrator.',
    alreadyProvided: (name: string) => `Cannot modify an already provided ${name}`,
    contactAdministrator: 'Contact administrator to reset password.',
    cannotReset: 'User password cannot be reset in the current state.',
  }),
  NotImplementedException: fixed({
    operation: (name: string) => `Vivarium does not implement ${name}.`,
    other: verbatim,
  }),
  PasswordHistoryPolicyViolationException: fixed({
    repeated: 'Password has previously been used and cannot be reused.',
  }),
  PasswordResetRequiredException: fixed({ required: 'Password reset required for the user' }),
  RefreshTokenReuseException: fixed({
    reused: 'Refresh token has been invalidated by rotation',
  }),
  RequestEntityTooLargeException: fixed({ tooLarge: 'Request entity too large' }),
  ResourceNotFoundException: fixed({
    pool: (id: string) => `User pool ${id} does not exist.`,
    client: (id: string) => `User pool client ${id} does not exist.`,
    group: 'Group not found.',
    device: 'Device does not exist.',
    resourceServer: (identifier: string) => `Resource server ${identifier} does not exist.`,
  }),
  SerializationException: fixed({ unreadable: '', type: verbatim }),
  ServiceUnavailable: fixed({ busy: 'Service is temporarily unavailable.' }),
  TooManyRequestsException: fixed({ rate: 'Rate exceeded' }),
  UnauthorizedException: fixed({ client: 'Unauthorized' }),
  UnexpectedLambdaException: fixed({ other: verbatim }),
  UnknownOperationException: fixed({ unknown: '' }),
  UnrecognizedClientException: fixed({
    unknownKey: 'The security token included in the request is invalid.',
  }),
  UnsupportedOperationException: fixed({
    revocation: 'Revocation is not enabled for this client',
  }),
  UnsupportedTokenTypeException: fixed({ notRefresh: 'Unsupported token type' }),
  UnsupportedUserStateException: fixed({
    resend: 'Resend not possible. User is not in FORCE_CHANGE_PASSWORD state.',
  }),
  UserLambdaValidationException: fixed({ other: verbatim }),
  UserNotConfirmedException: fixed({ unconfirmed: 'User is not confirmed.' }),
  UserNotFoundException: fixed({
    unknown: 'User does not exist.',
    combination: 'Username/client id combination not found.',
    migration: (clientId: string) => `Exception migrating user in app client ${clientId}`,
  }),
  UsernameExistsException: fixed({
    signUp: 'User already exists',
    email: 'An account with the given email already exists.',
    phone_number: 'An account with the given phone_number already exists.',
    admin: 'User account already exists',
  }),
} as const

/** The name of an error, as clients see it in `__type`. */
export type ErrorCode = keyof typeof table

/** Statuses other than 400. A missing user or pool is a 400 too. */
const statuses: Partial<Record<ErrorCode, number>> = {
  AccessDeniedException: 403,
  InvalidSignatureException: 403,
  UnrecognizedClientException: 403,
  RequestEntityTooLargeException: 413,
  InternalErrorException: 500,
  ServiceUnavailable: 503,
}

/** An answer that is an error; rendered verbatim by the wire layer. */
export class UserPoolError extends Error {
  override readonly name = 'UserPoolError'
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string) {
    super(message)
    this.code = code
  }

  get status(): number {
    return statuses[this.code] ?? 400
  }
}

/** The names of the texts that `C` may carry. */
export type TextName<C extends ErrorCode> = keyof (typeof table)[C] & string

/** What a text is made of. */
type TextValues<C extends ErrorCode, N extends TextName<C>> = (typeof table)[C][N] extends (
  ...values: infer V
) => string
  ? V
  : []

/** Makes the error `code` with one of its texts. */
export type Refuse<Declared extends ErrorCode = ErrorCode> = <
  C extends Declared,
  N extends TextName<C>,
>(
  code: C,
  text: N,
  ...values: TextValues<C, N>
) => UserPoolError

/** The error `code` with one of its texts, for code that several operations share. */
export const refusal: Refuse = (code, text, ...values) => {
  const texts: Readonly<Record<string, Text>> = table[code]
  const found = texts[text]
  return new UserPoolError(
    code,
    typeof found === 'function' ? found(...(values as never[])) : (found ?? ''),
  )
}

/** Codes every operation may answer with. @see user-pools, Appendix A */
export const commonCodes = [
  'ForbiddenException',
  'InternalErrorException',
  'TooManyRequestsException',
  'InvalidParameterException',
  'ResourceNotFoundException',
  'NotAuthorizedException',
  'OperationNotEnabledException',
  'NotImplementedException',
] as const

/** @see commonCodes */
export type CommonCode = Extract<(typeof commonCodes)[number], ErrorCode>
