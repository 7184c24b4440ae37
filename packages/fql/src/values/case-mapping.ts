/** Case mappings that JavaScript does not offer (fql-v4 §4.8). */

const words = new Intl.Segmenter('en-US', { granularity: 'word' })

/** Every word with its first letter in title case and the rest in lower case, as ICU does. */
export function toTitleCase(text: string): string {
  let result = ''
  for (const { segment } of words.segment(text)) result += titleWord(segment)
  return result
}

/** Letters, numbers, symbols: what ICU looks for as the beginning of a word. */
const initialPattern = /[\p{L}\p{N}\p{S}\p{Co}]/u

function titleWord(word: string): string {
  const at = word.search(initialPattern)
  if (at < 0) return word.toLowerCase()
  const initial = String.fromCodePoint(word.codePointAt(at) ?? 0)
  const lower = word.toLowerCase()
  // What comes before the initial has no case, so the lower-case word has it at the same place.
  const rest = lower.slice(at + initial.toLowerCase().length)
  return lower.slice(0, at) + toTitle(initial) + rest
}

/** Letters that are two in one have a form of their own with only the first one large. */
const digraphs: Readonly<Record<string, string>> = {
  Ǆ: 'ǅ',
  ǅ: 'ǅ',
  ǆ: 'ǅ',
  Ǉ: 'ǈ',
  ǈ: 'ǈ',
  ǉ: 'ǈ',
  Ǌ: 'ǋ',
  ǋ: 'ǋ',
  ǌ: 'ǋ',
  Ǳ: 'ǲ',
  ǲ: 'ǲ',
  ǳ: 'ǲ',
}

/** Georgian has capitals, but does not begin words with them. */
const georgian = /[\u10d0-\u10ff]/

function toTitle(letter: string): string {
  const digraph = digraphs[letter]
  if (digraph !== undefined) return digraph
  if (georgian.test(letter)) return letter
  const [first = '', ...others] = letter.toUpperCase()
  // One letter can become two, as ß does: only the first is large.
  return first + others.join('').toLowerCase()
}

/** Cherokee is the one script whose case folding gives capitals. */
const cherokee = /[\u13a0-\u13fd\uab70-\uabbf]/

/** Unicode's full case folding of one code point. */
function fold(letter: string): string {
  // The dotless i is a letter of its own, but its capital is the common I.
  if (letter === 'ı') return letter
  if (cherokee.test(letter)) return letter.toUpperCase()
  return letter.toLowerCase().toUpperCase().toLowerCase()
}

/** Text that folding changes by its case only: a long one is folded a hundred times as fast. */
const ascii = /^[\x20-\x7e]*$/

/** Unicode's NFKC_Casefold: compatible forms, without case and without ignorable characters. */
export function nfkcCaseFold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase()
  const compatible = text.normalize('NFKC').replace(/\p{Default_Ignorable_Code_Point}/gu, '')
  let folded = ''
  for (const letter of compatible) folded += fold(letter)
  return folded.normalize('NFKC')
}
