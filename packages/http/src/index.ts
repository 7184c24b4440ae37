export * from './listener.ts'
