import { z } from 'zod'
import { operation } from '../operation.ts'
import { authFlow, clientId, session, stringMap } from '../request-shapes.ts'
import { initiate } from '../sign-in/initiate.ts'
import { signInErrors } from '../sign-in/sign-in-errors.ts'

/**
 * Begins a sign-in, or trades a refresh token for new tokens.
 *
 * @see user-pools §2.4
 */
export const initiateAuth = operation({
  name: 'InitiateAuth',
  access: 'public',
  request: z.object({
    AuthFlow: authFlow,
    ClientId: clientId,
    AuthParameters: stringMap.optional(),
    ClientMetadata: stringMap.optional(),
    Session: session.optional(),
  }),
  errors: signInErrors.initiate,
  run: (request, { environment }) =>
    initiate(environment, request.AuthFlow, {
      clientId: request.ClientId,
      parameters: request.AuthParameters ?? {},
      clientMetadata: request.ClientMetadata,
      session: request.Session,
    }),
})
