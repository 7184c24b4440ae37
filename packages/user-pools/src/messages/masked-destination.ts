/**
 * An address as `CodeDeliveryDetails.Destination` shows it: `jane@example.com` as `j***@e***`,
 * `+12065551234` as `+*******1234`.
 *
 * @see user-pools §2.1
 */
export function maskedDestination(medium: 'EMAIL' | 'SMS', destination: string): string {
  if (medium === 'EMAIL') {
    const at = destination.lastIndexOf('@')
    return `${firstOf(destination.slice(0, at))}***@${firstOf(destination.slice(at + 1))}***`
  }
  const digits = destination.replace(/\D/g, '')
  const shown = digits.slice(-4)
  return `+${'*'.repeat(digits.length - shown.length)}${shown}`
}

function firstOf(text: string): string {
  return [...text][0] ?? ''
}
