/** An address that cannot be the data API's. */
export class EndpointError extends Error {
  override readonly name = 'EndpointError'
}

/**
 * The data API's origin, as the driver wants it: scheme, host and port.
 *
 * @throws EndpointError if it is no http(s) origin, or is `*.fauna.com`, whose names belong to strangers
 */
export function dataApiEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new EndpointError('The data API endpoint is not an http:// or https:// address')
  }
  if (/(?:^|\.)fauna\.com\.?$/.test(url.hostname)) {
    throw new EndpointError(
      `${url.hostname} is not a data API any more: Fauna's service has closed, and a secret sent there is lost`,
    )
  }
  // The driver would leave all of this out without a word.
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password) {
    throw new EndpointError('The data API endpoint has more than a scheme, a host and a port')
  }
  return url.origin
}
