/**
 * Writes src/values/han-order.ts: the ideographs of the basic plane in the order of `Intl.Collator('en-US')`,
 * by radical and strokes. Run it with `node --experimental-strip-types` (or tsx) and commit what it writes:
 * stored keys depend on it, so it changes only on purpose.
 */
import { writeFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'

const { compare } = new Intl.Collator('en-US')

const ideographs: number[] = []
for (let point = 0x3400; point < 0xfb00; point++) {
  if (/\p{Unified_Ideograph}/u.test(String.fromCharCode(point))) ideographs.push(point)
}
const ordered = ideographs.toSorted((a, b) =>
  compare(String.fromCharCode(a), String.fromCharCode(b)),
)

// Runs of neighbours, in columns, which pack better than rows. Numbers of 16 bits, the low byte first: how
// many runs; of each the step of its first code point from the end of the one before; of each its length.
const runs: { readonly first: number; length: number }[] = []
for (const point of ordered) {
  const last = runs.at(-1)
  if (last !== undefined && point === last.first + last.length) last.length++
  else runs.push({ first: point, length: 1 })
}
const ends = runs.map(({ first, length }) => first + length)
const numbers = [
  runs.length,
  ...runs.map(({ first }, i) => (first - (ends[i - 1] ?? 0) + 0x10000) % 0x10000),
  ...runs.map(({ length }) => length),
]
const data = Buffer.from(numbers.flatMap((number) => [number & 255, number >> 8]))
const packed = deflateRawSync(data, { level: 9 }).toString('base64')
const lines = packed.match(/.{1,94}/g) ?? []
writeFileSync(
  new URL('../src/values/han-order.ts', import.meta.url),
  `/**
 * The order of ideographs, written by scripts/generate-han-order.ts with ICU ${process.versions.icu} (Unicode ${process.versions.unicode}).
 * Stored keys depend on it.
 */
export const packedIdeographs = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('')
`,
)
console.log({ ideographs: ideographs.length, runs: runs.length, packed: packed.length })
