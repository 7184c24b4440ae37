export type { FunctionDefinition } from './function-definition.ts'
export {
  bodyBytesMax,
  createFunctionHost,
  type FunctionCall,
  type FunctionHost,
  type FunctionHostOptions,
  type FunctionOutcome,
} from './function-host.ts'
export { faults } from './http/responses.ts'
export type { LogLine } from './invocation.ts'
