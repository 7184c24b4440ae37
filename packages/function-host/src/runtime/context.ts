import type { InvokeMessage, WorkerSettings } from '../messages.ts'
import type { Completion } from './completion.ts'

/** The handler's second argument: Lambda's context object. */
export function createContext(
  settings: WorkerSettings,
  message: InvokeMessage,
  completion: Completion,
): object {
  return {
    functionName: settings.functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: settings.functionArn,
    memoryLimitInMB: String(settings.memoryMb),
    awsRequestId: message.requestId,
    logGroupName: settings.logGroupName,
    logStreamName: settings.logStreamName,
    identity: undefined,
    clientContext:
      message.clientContext === undefined ? undefined : JSON.parse(message.clientContext),
    getRemainingTimeInMillis: () => message.deadlineMs - Date.now(),
    get callbackWaitsForEmptyEventLoop() {
      return completion.waitsForEmptyLoop
    },
    set callbackWaitsForEmptyEventLoop(value: boolean) {
      completion.waitsForEmptyLoop = value
    },
    succeed: completion.succeed,
    fail: completion.fail,
    done: completion.done,
  }
}
