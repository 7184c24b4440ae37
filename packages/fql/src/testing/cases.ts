/**
 * Tables of queries and their answers (`cases('Concat', [[query, expected], …])`). A query goes the whole
 * way: the driver's serialisation, the JSON reader, the parser, the evaluator, the renderer.
 */
import { describe, expect, test } from 'vitest'
import {
  JsonText,
  json,
  type Query,
  type RunOptions,
  run,
  serialised,
  type WireError,
} from './run.ts'

export { json } from './run.ts'

/** What a query answers: a value whose JSON is compared as text, JSON text, or errors. */
export type Expected = JsonText | Errors | string | number | boolean | null | object

/** The errors of an answer, all of them, in their order. */
export class Errors {
  readonly errors: readonly WireError[]

  constructor(errors: readonly WireError[]) {
    this.errors = errors
  }
}

type Path = readonly (string | number)[]

/** One error with its code, description and position. */
export function failure(code: string, description: string, position: Path = []): Errors {
  return new Errors([{ position, code, description }])
}

/** One `invalid argument`. */
export function invalidArgument(description: string, position: Path = []): Errors {
  return failure('invalid argument', description, position)
}

/** One `invalid expression`. */
export function invalidExpression(description: string, position: Path = []): Errors {
  return failure('invalid expression', description, position)
}

/** Several errors of one answer. */
export function together(...answers: readonly Errors[]): Errors {
  return new Errors(answers.flatMap(({ errors }) => errors))
}

/** One test for each row: the query answers exactly what is expected. */
export function cases(
  title: string,
  rows: readonly (readonly [query: Query, expected: Expected])[],
  options: RunOptions = {},
): void {
  describe(title, () => {
    test.each(rows.map(([query, expected]) => ({ query, expected, sent: serialised(query) })))(
      '$sent',
      ({ query, expected }) => {
        const answer = run(query, options)
        if (expected instanceof Errors) expect(answer).toEqual(expected.errors)
        else expect(answer).toEqual(asText(expected).text)
      },
    )
  })
}

function asText(expected: Exclude<Expected, Errors>): JsonText {
  return expected instanceof JsonText ? expected : json(JSON.stringify(expected))
}
