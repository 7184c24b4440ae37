/** The entry of the bundle: the function as Lambda, and our function host, load it. */
import { readConfiguration } from './configuration.ts'
import { createHandler } from './handler.ts'

/** @see createHandler */
export const handler = createHandler(readConfiguration(process.env))
