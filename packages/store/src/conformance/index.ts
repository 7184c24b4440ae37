export { describeStore } from './describe-store.ts'
export type { Capabilities, OpenOptions, StoreHome } from './home.ts'
