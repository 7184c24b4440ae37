/** The HTTP status that an error of the driver carries; looked at without loading the driver. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('requestResult' in error)) return undefined
  const { requestResult } = error
  if (typeof requestResult !== 'object' || requestResult === null) return undefined
  if (!('statusCode' in requestResult)) return undefined
  return typeof requestResult.statusCode === 'number' ? requestResult.statusCode : undefined
}

/** Whether the database refused the secret, rather than the query. */
export function isUnauthorized(error: unknown): boolean {
  return statusOf(error) === 401
}

/** Whether the database answered, and the answer was no: asking again would not change it. */
export function isRefusal(error: unknown): boolean {
  const status = statusOf(error)
  return status !== undefined && status < 500 && status !== 429
}
