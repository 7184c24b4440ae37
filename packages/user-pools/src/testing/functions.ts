/** Trigger functions in this process. */
import type { FunctionOutcome, InvokeFunction } from '../triggers/invoke.ts'

/** A trigger function: gets the event, gives it back. */
export type TestFunction = (event: TestEvent) => unknown

/** An event as a function sees it. */
export interface TestEvent {
  readonly triggerSource: string
  readonly userName: string
  readonly request: Readonly<Record<string, unknown>>
  readonly response: Readonly<Record<string, unknown>>
  readonly [member: string]: unknown
}

/** Functions by name, and the events they got. */
export interface TestFunctions {
  readonly invoke: InvokeFunction
  /** Every event, oldest first. */
  readonly events: TestEvent[]
  /** Defines a function and returns its ARN. */
  define(name: string, handler: TestFunction): string
}

/** No functions yet. */
export function createTestFunctions(): TestFunctions {
  const handlers = new Map<string, TestFunction>()
  const events: TestEvent[] = []
  return {
    events,
    define(name, handler) {
      handlers.set(name, handler)
      return `arn:aws:lambda:us-east-1:000000000000:function:${name}`
    },
    async invoke({ functionName, payload }): Promise<FunctionOutcome> {
      const handler = handlers.get(functionName)
      if (handler === undefined) {
        return { kind: 'unreachable', errorName: 'ResourceNotFoundException' }
      }
      const event: TestEvent = JSON.parse(payload)
      events.push(event)
      try {
        return { kind: 'returned', payload: JSON.stringify(await handler(event)) ?? 'null' }
      } catch (error) {
        const errorMessage = error instanceof Error ? error.message : String(error)
        return { kind: 'threw', payload: JSON.stringify({ errorMessage, errorType: 'Error' }) }
      }
    },
  }
}
