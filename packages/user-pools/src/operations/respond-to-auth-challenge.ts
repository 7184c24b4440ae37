import { z } from 'zod'
import { operation } from '../operation.ts'
import { challengeName, clientId, session, stringMap } from '../request-shapes.ts'
import { respond } from '../sign-in/respond.ts'
import { signInErrors } from '../sign-in/sign-in-errors.ts'

/**
 * Goes on with a sign-in by answering a challenge.
 *
 * @see user-pools §2.5
 */
export const respondToAuthChallenge = operation({
  name: 'RespondToAuthChallenge',
  access: 'public',
  request: z.object({
    ChallengeName: challengeName,
    ClientId: clientId,
    Session: session.optional(),
    ChallengeResponses: stringMap.optional(),
    ClientMetadata: stringMap.optional(),
  }),
  errors: signInErrors.respond,
  run: (request, { environment }) =>
    respond(environment, request.ChallengeName, {
      clientId: request.ClientId,
      parameters: request.ChallengeResponses ?? {},
      clientMetadata: request.ClientMetadata,
      session: request.Session,
    }),
})
