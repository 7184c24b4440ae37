export { type Configuration, ConfigurationError, readConfiguration } from './configuration.ts'
export { EventError } from './event.ts'
export {
  createHandler,
  type Handler,
  type InvocationContext,
  type LogLine,
  SignInRefused,
} from './handler.ts'
