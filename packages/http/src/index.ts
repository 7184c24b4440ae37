export * from './listen.ts'
export * from './listener.ts'
