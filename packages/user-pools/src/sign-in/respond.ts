/**
 * The answer to a challenge.
 *
 * @see user-pools §2.5
 */
import type { z } from 'zod'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import type { challengeName } from '../request-shapes.ts'
import { answerNewPassword } from './new-password.ts'
import type { AuthAnswer, SignInRequest } from './request.ts'
import { answerSrp } from './srp.ts'

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
