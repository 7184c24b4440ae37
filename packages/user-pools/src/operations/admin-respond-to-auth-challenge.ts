import { z } from 'zod'
import { operation } from '../operation.ts'
import { challengeName, clientId, poolId, session, stringMap } from '../request-shapes.ts'
import { respond } from '../sign-in/respond.ts'
import { signInErrors } from '../sign-in/sign-in-errors.ts'

/**
 * RespondToAuthChallenge for a server that signs users in on their behalf.
 *
 * @see user-pools §2.5
 */
export const adminRespondToAuthChallenge = operation({
  name: 'AdminRespondToAuthChallenge',
  access: 'admin',
  request: z.object({
    UserPoolId: poolId,
    ChallengeName: challengeName,
    ClientId: clientId,
    Session: session.optional(),
    ChallengeResponses: stringMap.optional(),
    ClientMetadata: stringMap.optional(),
  }),
  errors: signInErrors.respond,
  run: (request, { environment }) =>
    respond(environment, request.ChallengeName, {
      poolId: request.UserPoolId,
      clientId: request.ClientId,
      parameters: request.ChallengeResponses ?? {},
      clientMetadata: request.ClientMetadata,
      session: request.Session,
    }),
})
