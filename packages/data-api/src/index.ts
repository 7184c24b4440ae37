export {
  bodyBytesMax,
  createDataApi,
  type DataApi,
  type DataApiOptions,
  queryTimeoutMsMaxDefault,
} from './data-api.ts'
export { faults } from './http/responses.ts'
export { logEvents } from './maintenance/log-events.ts'
export {
  createMaintenance,
  type Maintenance,
  type MaintenanceLimits,
  type MaintenancePace,
  type RunningMaintenance,
  type StepResult,
  startMaintenance,
} from './maintenance/maintenance.ts'
export { reorderEntries } from './maintenance/reorder-entries.ts'
