/** Strings and names of fields as JSON. */
import { wellFormed } from './values/text.ts'

/** JSON of a string: only quotes, backslashes and control characters escaped; no lone surrogates. */
export function renderString(text: string): string {
  if (isPlain(text)) return `"${text}"`
  return JSON.stringify(wellFormed(text))
}

/** Up to this length a loop finds out sooner than a call of the engine whether a text is plain. */
const shortLength = 64

/** Whether a short text has nothing to escape, as most has: a fraction of the cost of `JSON.stringify`. */
function isPlain(text: string): boolean {
  if (text.length > shortLength) return false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false
  }
  return true
}

/** The same few, again and again. */
const renderedNames = new Map<string, string>()
const renderedNamesMax = 1024

/** The name of a field as it renders, with its colon. */
export function renderName(name: string): string {
  const known = renderedNames.get(name)
  if (known !== undefined) return known
  const rendered = `${renderString(name)}:`
  if (name.length <= shortLength && renderedNames.size < renderedNamesMax) {
    renderedNames.set(name, rendered)
  }
  return rendered
}
