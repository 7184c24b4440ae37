/**
 * Runs before each test file of the project `postgres`: tells its helpers (`openTestStore`) where the server is.
 * It imports nothing of ours: they look when they are loaded.
 */
import process from 'node:process'
import { inject } from 'vitest'

process.env.VIVARIUM_TEST_POSTGRES = inject('postgresUrl')
