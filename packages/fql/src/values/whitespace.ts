/** What the JVM takes for white space. */

/** Without the control characters and blanks at both ends, as java.lang.String.trim. */
export function trimControls(text: string): string {
  let from = 0
  let to = text.length
  while (from < to && text.charCodeAt(from) <= 0x20) from++
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to--
  return text.slice(from, to)
}

/** As java.lang.Character.isWhitespace: no-break spaces are none, some control characters are. */
const space =
  '[\\u0020\\u1680\\u2000-\\u2006\\u2008-\\u200A\\u2028\\u2029\\u205F\\u3000\\t-\\r\\u001C-\\u001F]'
const leading = new RegExp(`^${space}+`)

/** Without white space at the start. */
export function trimStart(text: string): string {
  return text.replace(leading, '')
}

const isSpace = new RegExp(space)

/** Without white space at the end. */
export function trimEnd(text: string): string {
  let to = text.length
  while (to > 0 && isSpace.test(text.charAt(to - 1))) to--
  return text.slice(0, to)
}
