import { z } from 'zod'
import { codeEntropyBytes } from '../authentication/codes.ts'
import { type Address, addressToVerify, deliverCode } from '../deliver-code.ts'
import type { Environment } from '../environment.ts'
import { refusal } from '../errors.ts'
import { settled } from '../model/attribute-changes.ts'
import { checkWritable } from '../model/attributes.ts'
import { issueCode } from '../model/codes.ts'
import type { User, UserPool } from '../model/documents.ts'
import { canonicalNames, checkNewUsername, checkUnused, saveUser } from '../model/names.ts'
import { checkPasswordPolicy, newVerifier } from '../model/passwords.ts'
import { type ClientOfPool, poolSecretOf, readClient } from '../model/pools.ts'
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
import type { PreSignUpDecision } from '../triggers/sign-up.ts'
import { lambdaErrors } from './lambda-errors.ts'

const signUpRequest = z.object({
  ClientId: clientId,
  SecretHash: secretHash.optional(),
  Username: username,
  Password: password.optional(),
  UserAttributes: attributes.optional(),
  ValidationData: attributes.optional(),
  ClientMetadata: stringMap.optional(),
})

type SignUpRequest = z.output<typeof signUpRequest>

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
  request: signUpRequest,
  errors: [
    ...lambdaErrors,
    'CodeDeliveryFailureException',
    'InvalidPasswordException',
    'UsernameExistsException',
  ],
  async run(request, { environment }) {
    const { ClientMetadata: clientMetadata } = request
    const { value: found } = await environment.store.transact(
      (transaction) => readClient(transaction, request.ClientId),
      { intent: 'read' },
    )
    const { client, pool } = found
    const sub = environment.uuid()
    const names = checkSignUp(found, request, sub)
    const decision = await runPreSignUp(environment, 'PreSignUp_SignUp', {
      pool,
      clientId: client.id,
      ...names,
      validationData: request.ValidationData && attributesByName(request.ValidationData),
      clientMetadata,
    })
    const user = newUser(environment, pool, { ...names, sub, password: request.Password }, decision)
    const subject = { pool, clientId: client.id, user }
    const address = decision.autoConfirmUser ? undefined : addressToVerify(pool, user)
    const code = await keepUser(environment, found, user, address)
    if (decision.autoConfirmUser) {
      const source = 'PostConfirmation_ConfirmSignUp'
      await runPostConfirmation(environment, source, subject, clientMetadata)
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

/** The name and the attributes of a user-to-be. */
interface SignUpNames {
  readonly username: string
  readonly attributes: Readonly<Record<string, string>>
}

/**
 * Everything that can be refused before a trigger is asked, in the order of the specification.
 *
 * @throws UserPoolError
 */
function checkSignUp(
  { client, pool }: ClientOfPool,
  request: SignUpRequest,
  sub: string,
): SignUpNames {
  const { Username: given, Password } = request
  const submitted = attributesByName(request.UserAttributes)
  checkSecretHash(client, request.SecretHash, { username: given })
  if (pool.settings.AdminCreateUserConfig?.AllowAdminCreateUserOnly === true) {
    throw refusal('NotAuthorizedException', 'signUpNotPermitted')
  }
  checkNewUsername(pool, given)
  if (Password !== undefined) checkPasswordPolicy(pool, Password)
  else if (!isPasswordless(pool)) {
    throw refusal('InvalidParameterException', 'missingParameter', 'Password')
  }
  checkWritable(client, Object.keys(submitted))
  checkPreferredName(pool, submitted)
  const names = canonicalNames(pool, { username: given, sub }, submitted)
  checkAttributes(pool.schema, names.attributes, { required: true, isCreation: true })
  return names
}

function newUser(
  environment: Environment,
  pool: UserPool,
  {
    username: name,
    attributes: given,
    sub,
    password: secret,
  }: SignUpNames & { readonly sub: string; readonly password: string | undefined },
  decision: PreSignUpDecision,
): User {
  const nowMs = environment.nowMs()
  return {
    username: name,
    sub,
    status: decision.autoConfirmUser ? 'CONFIRMED' : 'UNCONFIRMED',
    isEnabled: true,
    attributes: {
      ...settled(given),
      ...(decision.autoVerifyEmail && { email_verified: 'true' }),
      ...(decision.autoVerifyPhone && { phone_number_verified: 'true' }),
    },
    ...(secret !== undefined && {
      verifier: newVerifier(environment, pool, { username: name, password: secret }),
    }),
    createdAtMs: nowMs,
    modifiedAtMs: nowMs,
    generation: 0,
  }
}

/**
 * Keeps the user, and a code for the address that is to be verified.
 *
 * @returns the code, to be sent; empty if there is none
 * @throws UserPoolError UsernameExistsException
 */
async function keepUser(
  environment: Environment,
  { client, pool, secrets }: ClientOfPool,
  user: User,
  address: Address | undefined,
): Promise<string> {
  const entropy = environment.entropy(codeEntropyBytes)
  const nowSeconds = environment.nowSeconds()
  const { value } = await environment.store.transact(
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
          sub: user.sub,
          purpose: 'confirm-sign-up',
          attributeName: address.attribute,
          destination: address.value,
        },
        { poolSecret: poolSecretOf(secrets), entropy, nowSeconds },
      )
    },
    { intent: 'write' },
  )
  return value
}

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
