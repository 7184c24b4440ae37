/**
 * The answer to a challenge.
 *
 * @see user-pools §2.5
 */
import type { z } from 'zod'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import type { challengeName } from '../request-shapes.ts'
import { afterPassword } from './after-password.ts'
import { answerChoice } from './choice.ts'
import { afterCustomSrp, answerCustom } from './custom.ts'
import { answerNewPassword } from './new-password.ts'
import { answerCode } from './one-time-code.ts'
import type { AuthAnswer, SignInRequest } from './request.ts'
import { proveSrp } from './srp.ts'

/** `ChallengeNameType`. */
export type ChallengeName = z.output<typeof challengeName>

/** @throws UserPoolError, TriggerError */
export async function respond(
  environment: Environment,
  challenge: ChallengeName,
  request: SignInRequest,
): Promise<AuthAnswer> {
  switch (challenge) {
    case 'PASSWORD_VERIFIER':
      return answerSrp(environment, request)
    case 'CUSTOM_CHALLENGE':
      return answerCustom(environment, request)
    case 'SELECT_CHALLENGE':
    case 'PASSWORD':
    case 'PASSWORD_SRP':
      return answerChoice(environment, request, challenge)
    case 'EMAIL_OTP':
    case 'SMS_OTP':
      return answerCode(environment, request, challenge)
    case 'NEW_PASSWORD_REQUIRED':
      return answerNewPassword(environment, request)
    default:
      throw refusal(
        'NotImplementedException',
        'other',
        `Vivarium does not implement the challenge ${challenge}.`,
      )
  }
}

/** PASSWORD_VERIFIER: the whole of a sign-in, or a part of a custom one. */
async function answerSrp(environment: Environment, request: SignInRequest): Promise<AuthAnswer> {
  const proved = await proveSrp(environment, request)
  const { candidate, user, block } = proved
  const { history } = block.notes
  if (history !== undefined) return afterCustomSrp(environment, proved, history)
  const { clientMetadata } = request
  return afterPassword(environment, { candidate, user, ticket: block, clientMetadata })
}
