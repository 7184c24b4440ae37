import { failure, Position, type QueryError } from '@vivarium/fql'

/** What events may tell, in the order in which they do (wire §7.3). */
const known = ['action', 'document', 'diff', 'prev', 'index'] as const

/** A part of an event that is told if it is asked for. */
export type StreamField = (typeof known)[number]

const fieldsDefault: ReadonlySet<StreamField> = new Set(['action', 'document'])

/**
 * The fields that a stream's URL asks for; as an error, why they cannot be had.
 *
 * @see wire §7.1
 */
export function streamFields(query: string): ReadonlySet<StreamField> | QueryError {
  const given = new URLSearchParams(query).get('fields')
  if (given === null) return fieldsDefault
  const fields = new Set<StreamField>()
  for (const name of given.split(',').map((one) => one.trim())) {
    const field = known.find((one) => one === name)
    if (field === undefined) {
      const what = `Invalid url parameter fields. Invalid field name '${name}'.`
      return failure('invalid url parameter', what, Position.root)
    }
    fields.add(field)
  }
  return fields
}
