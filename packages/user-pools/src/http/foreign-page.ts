/**
 * Whether a request was made by a web page that this machine does not serve. What a browser says in
 * `Origin` no page can change; other clients send none.
 */
export function isFromForeignPage(origin: string | undefined): boolean {
  if (origin === undefined) return false
  if (!URL.canParse(origin)) return true
  const name = new URL(origin).hostname
  return !(
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '[::1]' ||
    /^127(\.\d+){3}$/.test(name)
  )
}
