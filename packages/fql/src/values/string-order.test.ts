import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { orderKey } from './order-key.ts'

const key = (text: string) => Buffer.from(orderKey([text]))
const collator = new Intl.Collator('en-US')

/** The order of the specification (fql-v4 §3.3). */
function compare(a: string, b: string): number {
  const [x, y] = [Buffer.from(a), Buffer.from(b)]
  const common = Math.min(x.length, y.length)
  if (x.subarray(0, common).equals(y.subarray(0, common))) return Math.sign(x.length - y.length)
  return Math.sign(collator.compare(a, b) || Buffer.compare(x, y))
}

/** The assigned characters of a range, without those that `leftOut` matches. */
function between(from: number, to: number, leftOut = /[\p{Cn}\p{Co}\p{Cs}]/u): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => String.fromCodePoint(from + i)).filter(
    (character) => !leftOut.test(character),
  )
}

/** Consonants, and each with every vowel that is written before it. */
function withVowels(consonants: [number, number], vowels: [number, number]): string[] {
  const letters = between(...consonants)
  return ['', ...between(...vowels)].flatMap((vowel) => letters.map((letter) => vowel + letter))
}

const marked = /[\p{Cn}\p{Mn}]/u
const latin = between(0, 0x24f)

/** The scripts of which we say that keys sort as ICU does. */
const scripts: Readonly<Record<string, readonly string[]>> = {
  ASCII: between(0, 0x7f),
  Latin: [...latin, ...between(0x1e00, 0x1eff)],
  'phonetic letters': between(0x250, 0x2af),
  Greek: [...between(0x370, 0x3ff), ...between(0x1f00, 0x1fff)],
  Cyrillic: between(0x400, 0x52f, marked),
  Armenian: between(0x531, 0x58f),
  Hebrew: between(0x5d0, 0x5f4),
  Arabic: between(0x620, 0x6d3, marked),
  Georgian: [...between(0x10a0, 0x10ff), ...between(0x1c90, 0x1cbf)],
  Kana: between(0x3041, 0x30fa),
  Hangul: between(0xac00, 0xd7a3),
  Thai: between(0xe01, 0xe3a),
  'Thai with vowels before consonants': withVowels([0xe01, 0xe2e], [0xe40, 0xe44]),
  'Lao with vowels before consonants': withVowels([0xe81, 0xeae], [0xec0, 0xec4]),
  Devanagari: between(0x904, 0x939),
  Han: [...between(0x3400, 0x4dbf), ...between(0x4e00, 0x9fff)],
  'Han and kana': [...between(0x3041, 0x30fa), ...between(0x4e00, 0x9fff)],
  punctuation: between(0x2010, 0x205e),
  'symbols and arrows': between(0x2070, 0x2bff),
  'full width': between(0xff01, 0xff9f),
  'mathematical letters': between(0x1d400, 0x1d7ff),
  emoji: between(0x1f300, 0x1f5ff),
}

describe('keys sort as ICU compares', () => {
  test.each(Object.entries(scripts))('words of %s', (_, characters) => {
    const word = fc.string({ unit: fc.constantFrom(...characters), maxLength: 5 })
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(Math.sign(Buffer.compare(key(a), key(b)))).toBe(compare(a, b))
      }),
      { numRuns: 1000 },
    )
  })

  test('words of several scripts, and beginnings of them', () => {
    const all = Object.values(scripts).flat()
    const word = fc.string({ unit: fc.constantFrom(...all), maxLength: 4 })
    fc.assert(
      fc.property(word, word, word, (start, a, b) => {
        const [x, y] = [start + a, start + b]
        expect(Math.sign(Buffer.compare(key(x), key(y)))).toBe(compare(x, y))
      }),
      { numRuns: 2000 },
    )
  })

  test('letters with an accent, composed or not', () => {
    const accents = ['', '\u0300', '\u0301', '\u0302', '\u0308', '\u030a', '\u0327']
    const letter = fc
      .tuple(fc.constantFrom(...'aAeEnNoOuUcCzZ'), fc.constantFrom(...accents), fc.boolean())
      .map(([base, accent, composed]) => (base + accent).normalize(composed ? 'NFC' : 'NFD'))
    const word = fc.array(letter, { maxLength: 4 }).map((letters) => letters.join(''))
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(Math.sign(Buffer.compare(key(a), key(b)))).toBe(compare(a, b))
      }),
      { numRuns: 1000 },
    )
  })

  test('every two letters of Latin', () => {
    const wrong = latin.flatMap((a) =>
      latin.filter((b) => Math.sign(Buffer.compare(key(a), key(b))) !== compare(a, b)),
    )
    expect(wrong).toEqual([])
  })
})

test.each([
  ['a', 'A', 'b', 'B'],
  [' ', '-', '1', '9', 'a'],
  ['role', 'Role', 'rôle', 'roles'],
  ['ad', 'ae', 'æ', 'af'],
  ['strass', 'straß', 'strast'],
  ['co-op', 'coop'],
  ['и', 'й', 'к'],
  ['я', 'Я', 'א', 'ア'],
  // By strokes and radicals; from the other planes by code points, after all others.
  ['ꙮ', 'ア', 'ꀀ', '一', '丁', '㐀', '丞', '龍', '\u{20000}', '\u{30000}'],
  // A vowel that is written first sorts after its consonant.
  ['กา', 'เก', 'ขา', 'เข', 'เ'],
])('%j comes first of its row, which is in order', (...words) => {
  expect(words.toSorted((a, b) => Buffer.compare(key(a), key(b)))).toEqual(words)
})

test('different strings have different keys, and none is a beginning of another', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, text, (a, b) => {
      fc.pre(a.toWellFormed() !== b.toWellFormed())
      expect(key(a).equals(key(b))).toBe(false)
      expect(key(b).subarray(0, key(a).length).equals(key(a))).toBe(false)
    }),
  )
})

test('the keys of ordinary words are about twice as long as the words', () => {
  expect(key('hello world').length).toBeLessThanOrEqual(2 * 'hello world'.length + 8)
})
