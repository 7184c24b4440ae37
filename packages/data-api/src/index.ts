export { bodyBytesMax, createDataApi, type DataApi, type DataApiOptions } from './data-api.ts'
export { faults } from './http/responses.ts'
