import { z } from 'zod'
import { codeEntropyBytes } from '../authentication/codes.ts'
import { addressToVerify, deliverCode } from '../deliver-code.ts'
import { refusal } from '../errors.ts'
import { settled } from '../model/attribute-changes.ts'
import { checkWritable } from '../model/attributes.ts'
import { issueCode } from '../model/codes.ts'
import type { User, UserPool } from '../model/documents.ts'
import { canonicalNames, checkNewUsername, checkUnused, saveUser } from '../model/names.ts'
import { checkPasswordPolicy, newVerifier } from '../model/passwords.ts'
import { poolSecretOf, readClient } from '../model/pools.ts'
import { checkAttributes } from '../model/schema.ts'
import { operation } from '../operation.ts'
import { runPostConfirmation, runPreSignUp } from '../pool-triggers.ts'
import {
  attributes,
  attributesByName,
  clientId,
  password,
  secretHash,
  stringMap,
  username,
} from '../request-shapes.ts'
import { checkSecretHash } from '../sign-in/client-proof.ts'
import { isPasswordless } from '../sign-in/first-factors.ts'
import { lambdaErrors } from './lambda-errors.ts'

/**
 * Makes a user who is to confirm an address.
 *
 * Who is taken is told even where clients hide users: a name can only be given once. An address that
 * somebody else verified is no obstacle before this user verifies it too.
 *
 * @see user-pools §2.1
 */
export const signUp = operation({
  name: 'SignUp',
  access: 'public',
  request: z.object({
    ClientId: clientId,
    SecretHash: secretHash.optional(),
    Username: username,
    Password: password.optional(),
    UserAttributes: attributes.optional(),
    ValidationData: attributes.optional(),
    ClientMetadata: stringMap.optional(),
  }),
  errors: [
    ...lambdaErrors,
    'CodeDeliveryFailureException',
    'InvalidPasswordException',
    'UsernameExistsException',
  ],
  async run(request, { environment, error }) {
    const { Username: given, Password } = request
    const submitted = attributesByName(request.UserAttributes)
    const { value: found } = await environment.store.transact(
      (transaction) => readClient(transaction, request.ClientId),
      { intent: 'read' },
    )
    const { client, pool, secrets } = found
    checkSecretHash(client, request.SecretHash, { username: given })
    if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly === true) {
      throw error('NotAuthorizedException', 'signUpNotPermitted')
    }
    checkNewUsername(pool, given)
    if (Password !== undefined) checkPasswordPolicy(pool, Password)
    else if (!isPasswordless(pool)) {
      throw error('InvalidParameterException', 'missingParameter', 'Password')
    }
    checkWritable(client, Object.keys(submitted))
    checkPreferredName(pool, submitted)
    const sub = environment.uuid()
    const names = canonicalNames(pool, { username: given, sub }, submitted)
    checkAttributes(pool.schema, names.attributes, { required: true, isCreation: true })

    const decision = await runPreSignUp(environment, 'PreSignUp_SignUp', {
      pool,
      clientId: client.id,
      username: names.username,
      attributes: names.attributes,
      validationData: request.ValidationData && attributesByName(request.ValidationData),
      clientMetadata: request.ClientMetadata,
    })
    const nowMs = environment.nowMs()
    const user: User = {
      username: names.username,
      sub,
      status: decision.autoConfirmUser ? 'CONFIRMED' : 'UNCONFIRMED',
      isEnabled: true,
      attributes: {
        ...settled(names.attributes),
        ...(decision.autoVerifyEmail && { email_verified: 'true' }),
        ...(decision.autoVerifyPhone && { phone_number_verified: 'true' }),
      },
      ...(Password !== undefined && {
        verifier: newVerifier(environment, pool, { username: names.username, password: Password }),
      }),
      createdAtMs: nowMs,
      modifiedAtMs: nowMs,
      generation: 0,
    }
    const address = decision.autoConfirmUser ? undefined : addressToVerify(pool, user)
    const entropy = environment.entropy(codeEntropyBytes)
    const { value: code } = await environment.store.transact(
      (transaction) => {
        // A pool that was deleted while the trigger ran gets no user.
        readClient(transaction, client.id, pool.id)
        checkUnused(transaction, pool, user)
        // What the trigger vouches for is this user's, whoever had it before.
        saveUser(transaction, pool, { after: user, takesAliases: true })
        if (address === undefined) return ''
        return issueCode(
          transaction,
          pool.id,
          {
            sub,
            purpose: 'confirm-sign-up',
            attributeName: address.attribute,
            destination: address.value,
          },
          { poolSecret: poolSecretOf(secrets), entropy, nowSeconds: environment.nowSeconds() },
        )
      },
      { intent: 'write' },
    )
    const subject = { pool, clientId: client.id, user }
    const { ClientMetadata: clientMetadata } = request
    if (decision.autoConfirmUser) {
      await runPostConfirmation(
        environment,
        'PostConfirmation_ConfirmSignUp',
        subject,
        clientMetadata,
      )
    }
    return {
      UserConfirmed: decision.autoConfirmUser,
      UserSub: sub,
      ...(address !== undefined && {
        CodeDeliveryDetails: await deliverCode(environment, {
          kind: 'verification',
          source: 'CustomMessage_SignUp',
          subject,
          address,
          code,
          clientMetadata,
        }),
      }),
    }
  },
})

/** Unverified: the text. The reference only says that this alias can be set once a user is confirmed. */
function checkPreferredName(pool: UserPool, submitted: Readonly<Record<string, string>>): void {
  if (!pool.aliasAttributes.includes('preferred_username')) return
  if ((submitted.preferred_username ?? '') === '') return
  throw refusal(
    'InvalidParameterException',
    'other',
    'preferred_username cannot be set until the user is confirmed.',
  )
}
