/**
 * The words of versions before 2.7, which say class and instance for collection and document (wire §4.6).
 *
 * Only our own texts are put into them: what a query says itself stays as it is.
 */
import { type ApiVersion, atLeast, type ErrorCode } from '@vivarium/fql'

/** A description as a version words it. `failure`: of one field of a document, which has a code of its own. */
export function worded(
  code: ErrorCode | 'failure',
  description: string,
  version: ApiVersion,
): string {
  if (atLeast(version, '2.7')) return description
  for (const [pattern, old] of oldWords[code] ?? []) {
    if (pattern.test(description)) return description.replace(pattern, old)
  }
  return description
}

type Words = readonly (readonly [pattern: RegExp, old: string])[]

const meta: Words = [
  [/^(Cannot (?:create|update|delete) a schema meta) collection\.$/, '$1 class.'],
  [/^Valid native collection name expected, /, 'Valid native class name expected, '],
]

const oldWords: Partial<Record<ErrorCode | 'failure', Words>> = {
  'instance not found': [
    [/^Document not found\.$/, 'Instance not found.'],
    [/^Collection not found\.$/, 'Class not found.'],
  ],
  'instance already exists': [
    [/^Document already exists\.$/, 'Instance already exists.'],
    [/^Collection already exists\.$/, 'Class already exists.'],
  ],
  'instance not unique': [[/^document is not unique\.$/, 'instance is not unique.']],
  'validation failed': [[/^document data is not valid\.$/, 'instance data is not valid.']],
  'authentication failed': [[/^The document was not found /, 'The instance was not found ']],
  'invalid ref': [[/^Ref refers to undefined collection '/, "Ref refers to undefined class '"]],
  'invalid argument': meta,
  'invalid expression': [
    ...meta,
    [/^Ref refers to undefined collection '/, "Ref refers to undefined class '"],
  ],
  failure: [
    [/^A collection ref may only match one binding\.$/, 'A class ref may only match one binding.'],
    [/^Cannot mix collection refs and wildcards /, 'Cannot mix class refs and wildcards '],
  ],
}
