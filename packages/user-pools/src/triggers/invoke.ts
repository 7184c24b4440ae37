/**
 * Calling a trigger's function, with the service's patience and its errors.
 *
 * @see user-pools §5.2
 */
import { type TriggerEvent, triggerOf } from './event.ts'
import { isJsonObject, type JsonObject } from './response.ts'
import {
  invalidJsonOutput,
  type TriggerName,
  triggerFailed,
  triggerUnreachable,
  unrecognizableOutput,
} from './trigger-error.ts'

/** What came of calling a function, as the Lambda Invoke API tells it. */
export type FunctionOutcome =
  /** It returned: `payload` is what it returned, JSON text. */
  | { readonly kind: 'returned'; readonly payload: string }
  /** It threw: `payload` is `{"errorMessage", "errorType", "trace"}`, JSON text. */
  | { readonly kind: 'threw'; readonly payload: string }
  /** It was not run: `errorName` is the API's, such as `ResourceNotFoundException`. */
  | { readonly kind: 'unreachable'; readonly errorName: string; readonly cause?: unknown }

/**
 * Calls a function in this process or elsewhere. It should give up when `signal` aborts; whether it does
 * or not, it is not waited for any longer.
 *
 * @param functionName the name in the ARN, `qualifier` what may follow it
 */
export type InvokeFunction = (call: {
  readonly functionName: string
  readonly qualifier: string | undefined
  readonly payload: string
  readonly signal: AbortSignal
}) => Promise<FunctionOutcome>

/** How a server calls triggers. */
export interface TriggerInvoker {
  /**
   * Calls the function and gives back the event it returned: hand it to the trigger's `check…`.
   *
   * A function that does not answer is called again, so that it may run more than once.
   *
   * @throws TriggerError
   */
  invoke(functionArn: string, event: TriggerEvent): Promise<JsonObject>
}

/** How long each attempt may take, in milliseconds, unless configured. */
export const attemptTimeoutMs = 5_000
/** How many times an unresponsive function is called in all, unless configured. */
export const attemptsMax = 3
/** The longest answer that is read, in characters. */
export const responseLengthMax = 256 * 1024

/** Settings of an invoker; what stands out has the service's value. */
export interface TriggerInvokerOptions {
  readonly invoke: InvokeFunction
  /** Default `attemptTimeoutMs`. */
  readonly timeoutMs?: number | undefined
  /** Default `attemptsMax`. */
  readonly attempts?: number | undefined
  /** Resolves after so many milliseconds, or when aborted. Default: the system's clock. */
  readonly wait?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined
  /** Is told of the stack of a function that threw, which no client ever sees. */
  readonly onFailure?:
    | ((failure: { readonly trigger: TriggerName; readonly payload: string }) => void)
    | undefined
}

/** An invoker over one way of calling functions: `createHttpInvoke`, or the function host's own. */
export function createTriggerInvoker({
  invoke,
  timeoutMs = attemptTimeoutMs,
  attempts = attemptsMax,
  wait = waitForClock,
  onFailure = () => {},
}: TriggerInvokerOptions): TriggerInvoker {
  const outcomeOf = async (call: Parameters<InvokeFunction>[0]): Promise<FunctionOutcome> => {
    try {
      return await invoke(call)
    } catch (cause) {
      return { kind: 'unreachable', errorName: 'ServiceException', cause }
    }
  }

  /** One attempt; undefined if there was no answer in time. */
  const attempt = async (
    call: Omit<Parameters<InvokeFunction>[0], 'signal'>,
  ): Promise<FunctionOutcome | undefined> => {
    const callEnded = new AbortController()
    const timeEnded = new AbortController()
    const outcome = outcomeOf({ ...call, signal: callEnded.signal })
    try {
      return await Promise.race([outcome, wait(timeoutMs, timeEnded.signal).then(() => undefined)])
    } finally {
      // With a reason of ours: the default one is an error with a stack, which nobody looks at.
      timeEnded.abort('ended')
      callEnded.abort('ended')
    }
  }

  return {
    async invoke(functionArn, event) {
      const trigger = triggerOf(event)
      const call = { ...parseFunctionArn(functionArn), payload: JSON.stringify(event) }
      for (let count = 0; count < attempts; count += 1) {
        const outcome = await attempt(call)
        if (outcome === undefined) continue
        switch (outcome.kind) {
          case 'returned':
            return parseReturned(outcome.payload)
          case 'threw':
            onFailure({ trigger, payload: outcome.payload })
            throw triggerFailed(trigger, errorMessageOf(outcome.payload))
          case 'unreachable':
            throw triggerUnreachable(trigger, outcome.errorName, outcome.cause)
        }
      }
      throw triggerUnreachable(trigger, 'Socket timeout while invoking Lambda function')
    },
  }
}

/**
 * The name and the qualifier in a function's ARN,
 * `arn:aws:lambda:us-east-1:000000000000:function:name:qualifier`; anything else is a name.
 */
export function parseFunctionArn(functionArn: string): {
  readonly functionName: string
  readonly qualifier: string | undefined
} {
  const parts = functionArn.split(':')
  if (parts[0] !== 'arn' || parts[5] !== 'function') {
    return { functionName: functionArn, qualifier: undefined }
  }
  return { functionName: parts[6] ?? '', qualifier: parts[7] }
}

function parseReturned(payload: string): JsonObject {
  if (payload.length > responseLengthMax) throw unrecognizableOutput()
  const output = parseJson(payload)
  if (!isJsonObject(output)) throw invalidJsonOutput()
  return output
}

/** The message of the error the function threw; it reaches the client unfiltered, as in Cognito. */
function errorMessageOf(payload: string): string {
  const error = parseJson(payload)
  const message = isJsonObject(error) ? error.errorMessage : undefined
  return typeof message === 'string' ? message : 'Unknown error'
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function waitForClock(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    signal.addEventListener('abort', end)
  })
}
