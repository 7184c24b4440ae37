import faunadb, { type ExprArg } from 'faunadb'
import {
  type ApiVersion,
  type Context,
  type ErrorDetail,
  evaluate,
  newMeter,
  parse,
  parseJson,
  QueryError,
  render,
} from '../index.ts'
import { library } from './library.ts'

/** A query as the driver sends it, or as JSON text that the driver cannot send. */
export type Query = ExprArg | null | JsonText

/** JSON as it stands on the wire: a query, or an expected result. */
export class JsonText {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** JSON text, exactly: `json('{"@ts":"…"}')`, `json('3.0')`. */
export function json(text: string): JsonText {
  return new JsonText(text)
}

/** How a query is run where it is not version 4's ordinary query. */
export interface RunOptions {
  readonly version?: ApiVersion
  readonly limit?: Context['limit']
  /** Indexes besides the library's own. */
  readonly listings?: Parameters<typeof library>[0]
}

/** An error as the wire shows it. */
export interface WireError {
  readonly position: readonly (string | number)[]
  readonly code: string
  readonly description: string
}

/** The driver's own serialisation of a query. */
export function serialised(query: Query): string {
  if (query instanceof JsonText) return query.text
  // The driver's types leave out `wrap`, which its client applies to every query.
  const { wrap } = faunadb.query as unknown as { wrap: (value: unknown) => unknown }
  return JSON.stringify(wrap(query))
}

/** Runs a query against the library, from JSON text to JSON text or errors. */
export function run(query: Query, options: RunOptions = {}): string | readonly WireError[] {
  const documents = library(options.listings)
  const version = options.version ?? '4'
  const limit = options.limit ?? { effect: 'write', where: 'tests' }
  try {
    const expression = parse(parseJson(serialised(query)), { version, names: documents })
    const context: Context = { documents, version, at: undefined, limit, meter: newMeter() }
    const value = evaluate(expression, undefined, context)
    return render(value, { describe: documents.describe, version })
  } catch (error) {
    if (error instanceof QueryError) return error.details.map(toWire)
    throw error
  }
}

function toWire({ position, code, description }: ErrorDetail): WireError {
  return { position: position.toArray(), code, description }
}
