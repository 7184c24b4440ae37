export { bodyBytesMax, createDataApi, type DataApiOptions } from './data-api.ts'
export { faults } from './http/responses.ts'
