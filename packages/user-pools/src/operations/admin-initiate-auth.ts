import { z } from 'zod'
import { operation } from '../operation.ts'
import { authFlow, clientId, poolId, session, stringMap } from '../request-shapes.ts'
import { initiate } from '../sign-in/initiate.ts'
import { signInErrors } from '../sign-in/sign-in-errors.ts'

/**
 * InitiateAuth for a server that signs users in on their behalf.
 *
 * @see user-pools §2.4
 */
export const adminInitiateAuth = operation({
  name: 'AdminInitiateAuth',
  access: 'admin',
  request: z.object({
    UserPoolId: poolId,
    AuthFlow: authFlow,
    ClientId: clientId,
    AuthParameters: stringMap.optional(),
    ClientMetadata: stringMap.optional(),
    Session: session.optional(),
  }),
  errors: signInErrors.initiate,
  run: (request, { environment }) =>
    initiate(environment, request.AuthFlow, {
      poolId: request.UserPoolId,
      clientId: request.ClientId,
      parameters: request.AuthParameters ?? {},
      clientMetadata: request.ClientMetadata,
      session: request.Session,
    }),
})
