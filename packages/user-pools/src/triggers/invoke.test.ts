import { describe, expect, it } from 'vitest'
import type { TriggerEvent } from './event.ts'
import {
  createTriggerInvoker,
  type FunctionOutcome,
  type InvokeFunction,
  parseFunctionArn,
  responseLengthMax,
} from './invoke.ts'
import { TriggerError } from './trigger-error.ts'

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:claims'
const event: TriggerEvent = {
  version: '1',
  triggerSource: 'PreSignUp_SignUp',
  region: 'us-east-1',
  userPoolId: 'us-east-1_AbCdEf123',
  userName: 'jane',
  callerContext: { awsSdkVersion: 'aws-sdk-unknown-unknown', clientId: 'c' },
  request: { userAttributes: {} },
  response: {},
}
type Call = Parameters<InvokeFunction>[0]

/** An invoker over a function that does what `outcomes` say, one call after another. */
function invoking(...outcomes: (FunctionOutcome | 'silence' | Error)[]) {
  const calls: Call[] = []
  const waits: number[] = []
  const failures: unknown[] = []
  const invoker = createTriggerInvoker({
    async invoke(call) {
      calls.push(call)
      const outcome = outcomes[calls.length - 1]
      if (outcome instanceof Error) throw outcome
      if (outcome !== 'silence' && outcome !== undefined) return outcome
      return new Promise(() => {})
    },
    // Time passes only for those who are not answered.
    async wait(ms) {
      waits.push(ms)
      if (outcomes[waits.length - 1] !== 'silence') await new Promise(() => {})
    },
    onFailure: (failure) => failures.push(failure),
  })
  return { result: invoker.invoke(functionArn, event), calls, waits, failures }
}

const returned = (payload: string): FunctionOutcome => ({ kind: 'returned', payload })
const threw = (payload: unknown): FunctionOutcome => ({
  kind: 'threw',
  payload: JSON.stringify(payload),
})

describe('a trigger', () => {
  it('is called with the event as JSON and gives back what it returned', async () => {
    const { result, calls, waits } = invoking(returned('{"response":{"autoConfirmUser":true}}'))
    await expect(result).resolves.toEqual({ response: { autoConfirmUser: true } })
    expect(calls).toHaveLength(1)
    expect(calls[0]).toMatchObject({ functionName: 'claims', qualifier: undefined })
    expect(JSON.parse(calls[0]?.payload ?? '')).toEqual(event)
    expect(waits).toEqual([5000])
  })

  it('that does not answer is called three times in all, and told to stop each time', async () => {
    const { result, calls, waits } = invoking('silence', 'silence', 'silence', returned('{}'))
    await expect(result).rejects.toMatchObject({
      code: 'UnexpectedLambdaException',
      message:
        'PreSignUp invocation failed due to error Socket timeout while invoking Lambda function.',
    })
    expect(waits).toEqual([5000, 5000, 5000])
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, true, true])
  })

  it('that answers the third time has answered', async () => {
    const { result, calls } = invoking('silence', 'silence', returned('{"response":{}}'))
    await expect(result).resolves.toEqual({ response: {} })
    expect(calls).toHaveLength(3)
  })

  it.each([
    [{ errorMessage: 'Cannot register' }, 'PreSignUp failed with error Cannot register.'],
    [{ errorMessage: 'No.', errorType: 'Error' }, 'PreSignUp failed with error No..'],
    [{ errorMessage: '' }, 'PreSignUp failed with error .'],
    [{}, 'PreSignUp failed with error Unknown error.'],
    ['text', 'PreSignUp failed with error Unknown error.'],
  ])('that throws %j fails at once, with its message', async (payload, message) => {
    const { result, calls, failures } = invoking(threw(payload), returned('{}'))
    const error = await result.catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(TriggerError)
    expect(error).toMatchObject({ code: 'UserLambdaValidationException', message })
    expect(calls).toHaveLength(1)
    expect(failures).toEqual([{ trigger: 'PreSignUp', payload: JSON.stringify(payload) }])
  })

  it.each([
    [
      { kind: 'unreachable', errorName: 'AccessDeniedException' } as const,
      'PreSignUp invocation failed due to error AccessDeniedException.',
    ],
    [
      new Error('connect ECONNREFUSED 10.0.0.1:9001'),
      'PreSignUp invocation failed due to error ServiceException.',
    ],
  ])('that cannot be called fails at once', async (outcome, message) => {
    const { result, calls } = invoking(outcome, returned('{}'))
    await expect(result).rejects.toMatchObject({ code: 'UnexpectedLambdaException', message })
    expect(calls).toHaveLength(1)
  })

  it.each(['', 'null', '[]', '"text"', '1', '{', 'undefined'])(
    'that returns %j has returned no event',
    async (payload) => {
      await expect(invoking(returned(payload)).result).rejects.toMatchObject({
        code: 'InvalidLambdaResponseException',
        message: 'Invalid lambda function output : Invalid JSON',
      })
    },
  )

  it('that returns too much is refused before it is read', async () => {
    const returning = (length: number) =>
      invoking(returned(JSON.stringify({ x: 'x'.repeat(length - 8) }))).result
    await expect(returning(responseLengthMax)).resolves.toBeDefined()
    await expect(returning(responseLengthMax + 1)).rejects.toMatchObject({
      code: 'InvalidLambdaResponseException',
      message: 'Unrecognizable lambda output',
    })
  })

  it('has the patience that was configured, on the real clock', async () => {
    let calls = 0
    const invoker = createTriggerInvoker({
      invoke: () => {
        calls += 1
        return new Promise(() => {})
      },
      timeoutMs: 1,
      attempts: 2,
    })
    await expect(invoker.invoke(functionArn, event)).rejects.toThrow('Socket timeout')
    expect(calls).toBe(2)
  })
})

describe('the name of a trigger in errors', () => {
  it.each([
    ['PreSignUp_AdminCreateUser', 'PreSignUp'],
    ['PostConfirmation_ConfirmForgotPassword', 'PostConfirmation'],
    ['PreAuthentication_Authentication', 'PreAuthentication'],
    ['PostAuthentication_Authentication', 'PostAuthentication'],
    ['CustomMessage_ResendCode', 'CustomMessage'],
    ['TokenGeneration_RefreshTokens', 'PreTokenGeneration'],
    ['TokenGeneration_NewPasswordChallenge', 'PreTokenGeneration'],
    ['VerifyAuthChallengeResponse_Authentication', 'VerifyAuthChallengeResponse'],
  ])('of %s is %s', async (triggerSource, trigger) => {
    const invoker = createTriggerInvoker({ invoke: async () => threw({ errorMessage: 'no' }) })
    await expect(invoker.invoke(functionArn, { ...event, triggerSource })).rejects.toThrow(
      `${trigger} failed with error no.`,
    )
  })
})

describe('parseFunctionArn', () => {
  it.each([
    [functionArn, 'claims', undefined],
    [`${functionArn}:live`, 'claims', 'live'],
    [`${functionArn}:7`, 'claims', '7'],
    ['arn:aws-cn:lambda:cn-north-1:000000000000:function:x', 'x', undefined],
    ['claims', 'claims', undefined],
  ])('finds in %s the name %s', (arn, functionName, qualifier) => {
    expect(parseFunctionArn(arn)).toEqual({ functionName, qualifier })
  })
})
