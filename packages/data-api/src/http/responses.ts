/** Answers in Fauna's shapes (wire §4). */
import {
  type ApiVersion,
  decisiveError,
  type ErrorDetail,
  type QueryError,
  renderString,
} from '@vivarium/fql'
import type { FaultResponses, HttpResponse } from '@vivarium/http'
import { worded } from './wording.ts'

/** The type of every body (wire §1.2). */
export const contentType = 'application/json;charset=utf-8'

/** A body and its status, before the headers that every answer gets. */
export interface Answer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
  /** Whether the metric headers go with it (wire §3.2). Default true. */
  readonly hasMetrics?: boolean
}

/** The errors of a query in the words of its version, with the status of the decisive one. */
export function queryErrorAnswer(error: QueryError, version: ApiVersion): Answer {
  return {
    status: decisiveError(error).status,
    body: `{"errors":[${error.details.map((detail) => renderDetail(detail, version)).join(',')}]}`,
  }
}

function renderDetail(detail: ErrorDetail, version: ApiVersion): string {
  const position = JSON.stringify(detail.position.toArray())
  const failures = (detail.failures ?? []).map(
    ({ field, code, description }) =>
      `{"field":${JSON.stringify(field)},"code":${renderString(code)},` +
      `"description":${renderString(worded('failure', description, version))}}`,
  )
  const cause = (detail.cause ?? []).map((one) => renderDetail(one, version))
  return (
    `{"position":${position},"code":${renderString(detail.code)},` +
    `"description":${renderString(worded(detail.code, detail.description, version))}` +
    (failures.length === 0 ? '' : `,"failures":[${failures.join(',')}]`) +
    (cause.length === 0 ? '' : `,"cause":[${cause.join(',')}]`) +
    '}'
  )
}

/** An error of the whole request, without a position (wire §4.7). */
export function protocolError(
  status: number,
  code: string,
  description: string,
  headers: Record<string, string> = {},
): Answer {
  const error = `{"code":${renderString(code)},"description":${renderString(description)}}`
  return { status, body: `{"errors":[${error}]}`, headers }
}

/** The one answer to every failed authentication (wire §2.1). */
export const unauthorized: Answer = {
  ...protocolError(401, 'unauthorized', 'Unauthorized', {
    'www-authenticate': 'Basic realm="Unauthorized"',
  }),
  hasMetrics: false,
}

export const notFound: Answer = protocolError(404, 'not found', 'Not Found')

/** 405 with the methods that would do. */
export function methodNotAllowed(methods: readonly string[]): Answer {
  const list = methods.join(', ')
  return protocolError(405, 'method not allowed', `Allowed methods are ${list}.`, { allow: list })
}

/** What the listener itself answers. */
export const faults: FaultResponses = {
  badRequest: (status) =>
    status === 408
      ? plain(408, 'time out', 'Read timed out.')
      : plain(
          status,
          'bad request',
          status === 431 ? 'Headers are too large.' : 'Malformed request.',
        ),
  internalError: () =>
    plain(500, 'internal server error', 'The server met an error. It has been logged.'),
  unavailable: () => plain(503, 'time out', 'Read timed out.'),
}

function plain(status: number, code: string, description: string): HttpResponse {
  const { body } = protocolError(status, code, description)
  return { status, headers: { 'content-type': contentType }, body }
}
