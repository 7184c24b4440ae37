/**
 * Writes src/values/collation-table.ts: the weights of characters in the order of `Intl.Collator('en-US')`,
 * which offers comparisons only. Run it with `node --experimental-strip-types` (or tsx) and commit
 * what it writes: stored keys depend on the table, so it changes only on purpose.
 *
 * - Characters are sorted by their base letters; equal ones share a primary weight. A character between a
 *   letter and that letter followed by the greatest is more than one letter (ß, æ), which are searched for.
 * - A composed character whose base letter is not that of its decomposition (й) is a letter of its own.
 * - A character without a base letter is a mark: its secondary weight is its place among the marks.
 * - A letter with an accent of its own (ø) is the letter and a mark that is searched for, or a new one.
 * - Characters that are equal in letters and accents have their tertiary weights by their order.
 */
import { writeFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'

const base = new Intl.Collator('en-US', { sensitivity: 'base' }).compare
const accent = new Intl.Collator('en-US', { sensitivity: 'accent' }).compare
const full = new Intl.Collator('en-US').compare

/** Code points covered; Han and Hangul need no table, the rest has the order of its code points. */
const ranges = [
  [0x0000, 0x33ff],
  [0xa640, 0xa69f],
  [0xa720, 0xa7ff],
  [0xab30, 0xab6f],
  [0xfb00, 0xffef],
  [0x1d400, 0x1d7ff],
  [0x1f000, 0x1faff],
]
/** The greatest primary weight of all. */
const greatest = '\uffff'
/** Characters with more letters than this are cut: they are ligatures of whole phrases. */
const lettersMax = 4

const characters: string[] = []
for (const [from = 0, to = 0] of ranges) {
  for (let point = from; point <= to; point++) {
    const character = String.fromCodePoint(point)
    if (/^[\p{Cn}\p{Co}\p{Cs}]$/u.test(character)) continue
    // The others are decomposed before they are looked up, but for those that are letters of their own.
    const decomposed = character.normalize('NFD')
    const [first = '', ...more] = decomposed
    const isOwnLetter = more.length === 1 && base(first, '') !== 0 && base(character, first) !== 0
    if (decomposed === character || isOwnLetter) characters.push(character)
  }
}

/** Groups what compares as equal, in order. */
function classes(list: readonly string[], compare: (a: string, b: string) => number): string[][] {
  const groups: string[][] = []
  for (const one of list.toSorted((a, b) => compare(a, b) || full(a, b) || (a < b ? -1 : 1))) {
    const last = groups.at(-1)
    if (last?.[0] !== undefined && compare(last[0], one) === 0) last.push(one)
    else groups.push([one])
  }
  return groups
}

const visible = characters.filter((one) => full(one, '') !== 0)
const marks = visible.filter((one) => base(one, '') === 0)
const letters = visible.filter((one) => base(one, '') !== 0)

// Secondary weights: 1 is no mark. Leaves room between any two for marks of letters of their own.
const markClasses = classes(marks, accent)
const markRank = (i: number) => 2 * (i + 1)

// Primary weights.
const primaries: string[] = []
const expansions: string[][] = []
const singles: { members: string[]; primary: number }[] = []
for (const group of classes(letters, base)) {
  const [first = ''] = group
  const below = primaries.at(-1)
  if (below !== undefined && base(first, below + greatest) < 0) expansions.push(group)
  else {
    singles.push({ members: group, primary: primaries.length })
    primaries.push(first)
  }
}

/** The base letters that a character stands for. */
function lettersOf(character: string): number[] {
  const found: number[] = []
  let prefix = ''
  while (found.length < lettersMax && (prefix === '' || base(prefix, character) < 0)) {
    let [low, high] = [0, primaries.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (base(prefix + primaries[middle], character) <= 0) low = middle
      else high = middle - 1
    }
    found.push(low)
    prefix += primaries[low]
  }
  return found
}

interface Accented {
  readonly character: string
  readonly primaries: readonly number[]
  /** After which of its letters it has a mark, and its doubled rank; odd between two marks. */
  readonly mark: { readonly after: number; readonly rank: number } | undefined
}

const plainOf = (indexes: readonly number[]) => indexes.map((i) => primaries[i])

function accented(character: string, indexes: readonly number[]): Accented {
  const plain = plainOf(indexes)
  if (accent(character, plain.join('')) <= 0)
    return { character, primaries: indexes, mark: undefined }
  for (let after = 1; after <= plain.length; after++) {
    const withMark = (i: number) =>
      plain.slice(0, after).join('') + markClasses[i]?.[0] + plain.slice(after).join('')
    if (accent(character, withMark(0)) < 0) continue
    let [low, high] = [0, markClasses.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (accent(character, withMark(middle)) >= 0) low = middle
      else high = middle - 1
    }
    const rank = markRank(low) + (accent(character, withMark(low)) === 0 ? 0 : 1)
    return { character, primaries: indexes, mark: { after, rank } }
  }
  // Below every mark, yet above none.
  return { character, primaries: indexes, mark: { after: plain.length, rank: 1 } }
}

const all: Accented[] = [
  ...singles.flatMap(({ members, primary }) => members.map((one) => accented(one, [primary]))),
  ...expansions.flatMap((group) => {
    const indexes = lettersOf(group[0] ?? '')
    return group.map((one) => accented(one, indexes))
  }),
]

// Tertiary weights: by order among those of equal letters and marks. A character of several letters has it
// on its first one, as a place between the forms of that letter.
interface Element {
  readonly primary: number
  readonly secondary: number
  readonly tertiary: number
}
const sameForm = new Map<string, Accented[]>()
for (const one of all) {
  const form = JSON.stringify([one.primaries, one.mark])
  sameForm.set(form, [...(sameForm.get(form) ?? []), one])
}
const singleForms = new Map<number, string[][]>()
for (const { members, primary } of singles) {
  const plain = members.filter((one) => accent(one, members[0] ?? '') === 0)
  singleForms.set(primary, classes(plain, full))
}

const table = new Map<string, readonly Element[]>()
for (const character of characters) if (full(character, '') === 0) table.set(character, [])
markClasses.forEach((group, i) => {
  classes(group, full).forEach((same, tertiary) => {
    for (const one of same) {
      table.set(one, [{ primary: 0, secondary: markRank(i), tertiary: 2 * tertiary + 1 }])
    }
  })
})
for (const group of sameForm.values()) {
  const forms = classes(
    group.map(({ character }) => character),
    full,
  )
  for (const one of group) {
    const rank = forms.findIndex((form) => form.includes(one.character))
    const isSingle = one.primaries.length === 1
    const tertiary = isSingle ? 2 * rank + 1 : tertiaryOf(one)
    const last = one.primaries.length - 1
    const elements: Element[] = []
    one.primaries.forEach((primary, i) => {
      elements.push({
        primary: primary + 1,
        secondary: 1,
        tertiary: i === 0 ? tertiary : i === last ? 2 * rank + 1 : 1,
      })
      if (one.mark?.after === i + 1) {
        elements.push({ primary: 0, secondary: one.mark.rank, tertiary: 1 })
      }
    })
    table.set(one.character, elements)
  }
}

/** Where a character of several letters stands among the forms of its first one. */
function tertiaryOf({ character, primaries: indexes, mark }: Accented): number {
  const forms = singleForms.get(indexes[0] ?? 0) ?? []
  const rest = plainOf(indexes.slice(1)).join('')
  const markText = mark === undefined ? '' : (markClasses[(mark.rank >> 1) - 1]?.[0] ?? '')
  let rank = 0
  forms.forEach(([form = ''], i) => {
    const other =
      mark?.after === 1
        ? form + markText + rest
        : form + rest + (mark === undefined ? '' : markText)
    // Marks that are not quite the same are compared by their letters' forms alone.
    if (full(character, other) >= 0 || accent(character, other) > 0) rank = i
  })
  const [form = ''] = forms[rank] ?? []
  return 2 * rank + (full(character, form + rest) === 0 || mark !== undefined ? 1 : 2)
}

// One byte for what most texts are made of, two for the rest: the first bytes in the order of the letters.
const hot = new Set(
  [...Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i))].map(
    (character) => singles.find(({ members }) => members.includes(character))?.primary,
  ),
)
const bytes: number[] = [0]
let lead = 2
let second = 0
primaries.forEach((_, i) => {
  if (hot.has(i)) {
    bytes.push(++lead << 8)
    second = 0
  } else {
    if (second === 0 || second === 0xff) {
      lead++
      second = 0
    }
    bytes.push((lead << 8) | ++second)
  }
})
if (lead >= 0xf0) throw new Error(`no room for ${primaries.length} letters: ${lead}`)

// In columns, which pack better than rows. Numbers of 16 bits, the low byte first: how many characters and
// elements; of each character the step of its code point; of each element the step of its primary weight,
// and its secondary. Bytes: of each character the number of its elements; of each element its tertiary.
const sorted = [...table].sort(([a], [b]) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0))
const elements = sorted.flatMap(([, list]) => list)
const steps = (values: readonly number[]) =>
  values.map((value, i) => (value - (values[i - 1] ?? 0) + 0x10000) % 0x10000)
const numbers = [
  sorted.length,
  elements.length,
  ...steps(sorted.map(([character]) => character.codePointAt(0) ?? 0)),
  ...steps(elements.map(({ primary }) => bytes[primary] ?? 0)),
  ...elements.map(({ secondary }) => secondary),
]
if (elements.some(({ tertiary }) => tertiary > 255)) throw new Error('too many forms of one letter')
const data = [
  ...numbers.flatMap((number) => [number & 255, number >> 8]),
  ...sorted.map(([, list]) => list.length),
  ...elements.map(({ tertiary }) => tertiary),
]
const packed = deflateRawSync(Buffer.from(data), { level: 9 }).toString('base64')
const lines = packed.match(/.{1,94}/g) ?? []
writeFileSync(
  new URL('../src/values/collation-table.ts', import.meta.url),
  `/**
 * Weights of characters, written by scripts/generate-collation.ts with ICU ${process.versions.icu} (Unicode ${process.versions.unicode}).
 * Stored keys depend on it.
 */
export const packedWeights = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')

/** Letters that decompose into two code points, but are letters of their own. */
export const ownLetters =
  '${characters.filter((one) => one.normalize('NFD') !== one).join('')}'
`,
)
console.log({
  characters: characters.length,
  marks: markClasses.length,
  primaries: primaries.length,
  expansions: expansions.length,
  lead,
  bytes: data.length,
  packed: packed.length,
})
