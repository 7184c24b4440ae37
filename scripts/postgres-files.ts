/** Which test files run over PostgreSQL too. */

/** Every test file whose helper can open its store on PostgreSQL. */
export const filesOnPostgres = [
  'packages/data-api/src/**/*.test.ts',
  'packages/user-pools/src/**/*.test.ts',
]

/**
 * Of these, what runs with all tests: what each area asks of a store that suspends, loses conflicts and is
 * shared. The rest runs by hand (`npm run test:postgres`).
 */
export const filesOnPostgresAlways = [
  // The language and its driver, over whole requests.
  'packages/data-api/src/driver.test.ts',
  'packages/data-api/src/data-api.test.ts',
  // Documents, histories, indexes, uniqueness, and the model that they are held against.
  'packages/data-api/src/model/types/user-document.test.ts',
  'packages/data-api/src/model/index-entries.test.ts',
  'packages/data-api/src/history-model.test.ts',
  // Random histories, answered as in memory.
  'packages/data-api/src/fuzz/fuzz.test.ts',
  // Keys, tokens and roles.
  'packages/data-api/src/model/authenticate.test.ts',
  'packages/data-api/src/model/authorization.test.ts',
  // How often they wait.
  'packages/data-api/src/round-trips.test.ts',
  // Concurrent clients of two servers.
  'packages/data-api/src/isolation/isolation.test.ts',
  // Work in the background, and streams.
  'packages/data-api/src/garbage.test.ts',
  'packages/data-api/src/streams/order.test.ts',
  // User pools: sign-up, every sign-in, refresh and rotation, codes, administration, expiry.
  'packages/user-pools/src/operations/confirm-sign-up.test.ts',
  'packages/user-pools/src/operations/forgot-password.test.ts',
  'packages/user-pools/src/operations/admin-users.test.ts',
  'packages/user-pools/src/operations/groups.test.ts',
  'packages/user-pools/src/sign-in/srp-flow.test.ts',
  'packages/user-pools/src/sign-in/password.test.ts',
  'packages/user-pools/src/sign-in/rotation.test.ts',
]
