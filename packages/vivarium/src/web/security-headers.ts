/** Headers of every answer of the web server. */

/** The policy of pages that talk to these origins and to nobody else. */
export function securityHeaders(connectTo: readonly string[]): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'self'",
    `connect-src ${["'self'", ...connectTo.map(sourceOf)].join(' ')}`,
    "img-src 'self' data:",
    "font-src 'self' data:",
    // The component library sets styles from script.
    "style-src 'self' 'unsafe-inline'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
}

/** A policy cannot name an IPv6 address (CSP §2.3.1): of those, only the scheme. */
function sourceOf(origin: string): string {
  return origin.includes('[') ? new URL(origin).protocol : origin
}
