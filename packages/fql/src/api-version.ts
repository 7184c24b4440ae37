/** The API versions that `X-FaunaDB-API-Version` names, oldest first (wire §3.1). */
export const apiVersions = ['2.0', '2.1', '2.7', '2.12', '3', '4', '5', 'UNSTABLE'] as const

/** A request's, a lambda's or a form's version of the API. */
export type ApiVersion = (typeof apiVersions)[number]

const rank = new Map<string, number>(apiVersions.map((version, index) => [version, index]))

/** Reads a version as a header or an `@query` spells it; undefined if there is no such version. */
export function parseApiVersion(text: string): ApiVersion | undefined {
  return apiVersions[rank.get(text) ?? -1]
}

/** Whether `version` is `least` or newer. */
export function atLeast(version: ApiVersion, least: ApiVersion): boolean {
  return (rank.get(version) ?? 0) >= (rank.get(least) ?? 0)
}

/** The newer of two versions. */
export function newest(a: ApiVersion, b: ApiVersion): ApiVersion {
  return atLeast(a, b) ? a : b
}
