/**
 * The mechanism under every operation: one declaration says how it is called, by whom, with what, and
 * which errors it may answer with.
 *
 * @see user-pools §2.0 for the order of checks
 */
import type { z } from 'zod'
import type { Environment } from './environment.ts'
import { type CommonCode, type ErrorCode, type Refuse, refusal } from './errors.ts'
import { validate } from './http/validation.ts'
import { type Caller, identifyCaller } from './model/caller.ts'

/**
 * Who may call: anybody who can name an app client, a user with an access token, or an administrator
 * whose request is signed.
 */
export type Access = 'public' | 'token' | 'admin'

/** What an operation gets besides its request. */
export interface OperationContext<Declared extends ErrorCode> {
  readonly environment: Environment
  /** Makes one of the declared errors, or one that every operation may answer with. */
  readonly error: Refuse<Declared | CommonCode>
}

/** Besides, for an operation that a user calls: who. Check again in the transaction that writes. */
export interface TokenContext<Declared extends ErrorCode> extends OperationContext<Declared> {
  readonly caller: Caller
}

/** The answer: members of the response, or nothing for an empty body. */
export type OperationResult = object | undefined

/** @see operation */
export interface OperationDeclaration<
  A extends Access,
  S extends z.ZodType,
  Declared extends ErrorCode,
> {
  readonly name: string
  readonly access: A
  readonly request: S
  /** Beyond the common ones. */
  readonly errors: readonly Declared[]
  run(
    request: z.output<S>,
    context: A extends 'token' ? TokenContext<Declared> : OperationContext<Declared>,
  ): Promise<OperationResult>
}

/** An operation as the wire layer knows it. */
export interface Operation {
  readonly name: string
  readonly access: Access
  readonly errors: readonly ErrorCode[]
  /**
   * Checks the shape of a request and returns what will answer it; the signature of an administrative
   * request is checked in between.
   *
   * @throws UserPoolError SerializationException, InvalidParameterException
   */
  prepare(json: unknown): (environment: Environment) => Promise<OperationResult>
}

/** Declares an operation that anybody or an administrator calls. */
export function operation<S extends z.ZodType, const Declared extends ErrorCode = never>(
  declaration: OperationDeclaration<'public' | 'admin', S, Declared>,
): Operation {
  const { name, access, errors, request } = declaration
  return {
    name,
    access,
    errors,
    prepare: (json) => {
      const checked = validate(request, json)
      return (environment) => declaration.run(checked, { environment, error: refusal })
    },
  }
}

/** Declares an operation that a user calls with an access token. */
export function tokenOperation<
  S extends z.ZodType<{ readonly AccessToken: string }>,
  const Declared extends ErrorCode = never,
>(declaration: Omit<OperationDeclaration<'token', S, Declared>, 'access'>): Operation {
  const { name, errors, request } = declaration
  return {
    name,
    access: 'token',
    errors,
    prepare: (json) => {
      const checked = validate(request, json)
      return async (environment) => {
        const caller = await identifyCaller(environment, checked.AccessToken)
        return declaration.run(checked, { environment, error: refusal, caller })
      }
    },
  }
}
