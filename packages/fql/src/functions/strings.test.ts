import fc from 'fast-check'
import faunadb from 'faunadb'
import { expect, test } from 'vitest'
import { cases, failure, invalidArgument, json, together } from '../testing/cases.ts'
import { run } from '../testing/run.ts'

const { query: q } = faunadb

const noString = (...position: (string | number)[]) =>
  invalidArgument('String expected, Integer provided.', position)
const tooLong = invalidArgument('string length must be <= 8388608')
/** 1024 copies of 1024 copies of 8 letters: as long as a string may be. */
const longest = q.Repeat(q.Repeat('01234567', 1024), 1024)

cases('Concat', [
  [q.Concat(['Hen', 'Wen']), 'HenWen'],
  [q.Concat(['Hen', 'Wen'], ' '), 'Hen Wen'],
  [q.Concat([]), ''],
  [q.Concat('Hen'), 'Hen'],
  [q.Concat(['Hen', 1]), noString('concat', 1)],
  [json('{"concat":["a","b"],"separator":1}'), noString('separator')],
  [q.Length(q.Concat([longest, ''])), 8_388_608],
  [q.Concat([longest, 'x']), tooLong],
])

cases('Casefold', [
  [q.Casefold('Hen Wen'), 'hen wen'],
  [q.Casefold(['A', 'B', 1, null]), ['a', 'b', 1, null]],
  [q.Casefold(['A']), 'a'],
  [q.Casefold([]), []],
  [q.Casefold('Straße ſ ΣΣς ﬁ Ⅷ'), 'strasse s σσσ fi viii'],
  [q.Casefold('İı'), 'i\u0307ı'],
  [q.Casefold('a\u00adb\u200bc'), 'abc'],
  [q.Casefold('ꭰ'), 'Ꭰ'],
  [q.Casefold('Å', 'NFD'), 'A\u030a'],
  [q.Casefold('A\u030a', 'NFC'), 'Å'],
  [q.Casefold('ﬁ', 'NFKC'), 'fi'],
  [q.Casefold('ﬁÅ', 'NFKD'), 'fiA\u030a'],
  [
    q.Casefold('a', 'NFX'),
    invalidArgument(
      "String 'NFKCCaseFold', 'NFC', 'NFD', 'NFKC', or 'NFKD' expected, String provided.",
      ['normalizer'],
    ),
  ],
  [
    q.Casefold('a', 1),
    invalidArgument(
      "String 'NFKCCaseFold', 'NFC', 'NFD', 'NFKC', or 'NFKD' expected, Integer provided.",
      ['normalizer'],
    ),
  ],
  [q.Casefold({}), invalidArgument('Scalar expected, Object provided.', ['casefold'])],
  [q.Casefold(['a', [1]]), invalidArgument('Scalar expected, Array provided.', ['casefold', 1])],
])

test('letters that differ only in case fold to the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
      const folded = run(q.Casefold(text))
      expect(run(q.Casefold(text.toUpperCase()))).toBe(
        run(q.Casefold(text.toUpperCase().toLowerCase())),
      )
      expect(run(q.Casefold(JSON.parse(String(folded))))).toBe(folded)
    }),
  )
})

cases('ContainsStr, StartsWith, EndsWith', [
  [q.ContainsStr('Fire Beak', 'e B'), true],
  [q.ContainsStr('Fire Beak', 'x'), false],
  [q.ContainsStr('Fire', ''), true],
  [q.ContainsStr(1, 'x'), noString('containsstr')],
  [q.ContainsStr('x', 1), noString('search')],
  [q.StartsWith('Fire', 'Fi'), true],
  [q.StartsWith('Fire', ''), true],
  [q.StartsWith('Fire', 'ire'), false],
  [q.StartsWith(1, ''), noString('startswith')],
  [q.EndsWith('Fire', 're'), true],
  [q.EndsWith('Fire', ''), true],
  [q.EndsWith('Fire', 'Fir'), false],
  [q.EndsWith(1, ''), noString('endswith')],
])

cases('FindStr', [
  [q.FindStr('heart of gold', 'g'), 9],
  [q.FindStr('heart', 'z'), -1],
  [q.FindStr('aXbX', 'X', 2), 3],
  [q.FindStr('aXbX', 'X', -5), 1],
  [q.FindStr('aXbX', 'X', 100), 1],
  [q.FindStr('😀😀x', 'x'), 2],
  [q.FindStr('😀x😀x', 'x', 2), 3],
  [
    q.FindStr('😀😀😀', '😀', 4),
    invalidArgument('start must be less than or equal to the string length'),
  ],
  [q.FindStr('abc', ''), 0],
  [q.FindStr(1, 'x'), noString('findstr')],
  [q.FindStr('x', 1), noString('find')],
  [q.FindStr('x', 'x', 'x'), invalidArgument('Integer expected, String provided.', ['start'])],
])

cases('Length', [
  [q.Length('abc'), 3],
  [q.Length(''), 0],
  [q.Length('😀é'), 2],
  [q.Length('e\u0301'), 2],
  [q.Length(1), noString('length')],
])

cases('LowerCase, UpperCase, TitleCase', [
  [q.LowerCase('FIRE Σ ΟΔΟΣ'), 'fire σ οδος'],
  [q.UpperCase('straße'), 'STRASSE'],
  [q.TitleCase('one fISH tWO'), 'One Fish Two'],
  [q.TitleCase("don't ßig ﬁne ǆep 'quoted' ΟΔΟΣ"), "Don't Ssig Fine ǅep 'Quoted' Οδος"],
  [q.TitleCase('ქართული'), 'ქართული'],
  [q.TitleCase(''), ''],
  [q.LowerCase(1), noString('lowercase')],
  [q.UpperCase(1), noString('uppercase')],
  [q.TitleCase(1), noString('titlecase')],
])

cases('Trim, LTrim, RTrim', [
  [q.Trim(' \t\n\u2003a b\u3000\u001c'), 'a b'],
  [q.Trim('\u00a0a\u200b'), '\u00a0a\u200b'],
  [q.Trim('\u0085a'), '\u0085a'],
  [q.Trim('  '), ''],
  [q.LTrim('  a '), 'a '],
  [q.RTrim('  a '), '  a'],
  [q.Trim(1), noString('trim')],
  [q.LTrim(1), noString('ltrim')],
  [q.RTrim(1), noString('rtrim')],
])

cases('NGram', [
  [q.NGram('apple'), ['a', 'ap', 'p', 'pp', 'p', 'pl', 'l', 'le', 'e']],
  [q.NGram('what', 2, 3), ['wh', 'wha', 'ha', 'hat', 'at']],
  [q.NGram('ab', 3, 3), []],
  [q.NGram(['ab', 1, 'c'], 1, 1), ['a', 'b', 1, 'c']],
  [q.NGram([]), []],
  [q.NGram('😀é', 1, 1), ['😀', 'é']],
  [json('{"ngram":"abc","min":2}'), ['ab', 'bc']],
  [json('{"ngram":"abc","max":2}'), ['a', 'ab', 'b', 'bc', 'c']],
  [q.NGram('a', 3, 2), invalidArgument('min ngram size must be > 0 and <= max')],
  [q.NGram('a', 1, 3), invalidArgument('max ngram size must be <= min + 1')],
  [
    json('{"ngram":"a","min":0}'),
    together(
      invalidArgument('min ngram size must be > 0 and <= max'),
      invalidArgument('min ngram size must be >= max - 1'),
    ),
  ],
  [json('{"ngram":"a","max":1}'), invalidArgument('max ngram size must be > 0 and >= min')],
  [json('{"ngram":"a","max":3}'), invalidArgument('max ngram size must be <= min + 1')],
  [q.NGram({}), invalidArgument('Scalar expected, Object provided.', ['ngram'])],
])

cases('Repeat, Space', [
  [q.Repeat('ab'), 'abab'],
  [q.Repeat('ab', 3), 'ababab'],
  [q.Repeat('ab', 0), ''],
  [q.Repeat('ab', -1), ''],
  [q.Length(q.Repeat('a', 5000)), 1024],
  [q.Repeat(longest, 2), tooLong],
  [q.Repeat(1), noString('repeat')],
  [q.Space(3), '   '],
  [q.Space(-1), ''],
  [q.Length(q.Space(5000)), 1024],
  [q.Space('x'), invalidArgument('Integer expected, String provided.', ['space'])],
])

cases('ReplaceStr', [
  [q.ReplaceStr('one fish two fish', 'fish', 'dog'), 'one dog two dog'],
  [q.ReplaceStr('a.b', '.', '$&'), 'a$&b'],
  [q.ReplaceStr('ab', '', '-'), '-a-b-'],
  [q.ReplaceStr('ab', 'x', '-'), 'ab'],
  [q.ReplaceStr(longest, '0', '00'), tooLong],
  [q.ReplaceStr(1, 'a', 'b'), noString('replacestr')],
  [q.ReplaceStr('a', 1, 'b'), noString('find')],
  [q.ReplaceStr('a', 'b', 1), noString('replace')],
])

cases('SubString', [
  [q.SubString('heart of gold', 9), 'gold'],
  [q.SubString('heart of gold', 0, 5), 'heart'],
  [q.SubString('abc'), 'abc'],
  [q.SubString('abc', -2), 'bc'],
  [q.SubString('abc', -2, 1), 'b'],
  [q.SubString('abc', 3), ''],
  [q.SubString('abc', 1, 0), ''],
  [q.SubString('abc', 1, 100), 'bc'],
  [q.SubString('😀é😀', 1, 2), 'é😀'],
  [q.SubString('abc', 4), invalidArgument('start must be less than or equal to the string length')],
  [
    q.SubString('abc', -4),
    invalidArgument('start must be less than or equal to the string length'),
  ],
  [q.SubString('abc', 0, -1), invalidArgument('length must be positive')],
  [q.SubString(1), noString('substring')],
])

test('a code point is never cut in two', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, fc.nat(12), fc.nat(12), (whole, start, size) => {
      const points = [...whole]
      fc.pre(start <= points.length)
      const part = points.slice(start, start + size).join('')
      expect(run(q.SubString(whole, start, size))).toBe(JSON.stringify(part))
    }),
  )
})

cases(
  'the names with underscores are not in version 4',
  ['contains_str', 'starts_with', 'lower_case', 'sub_string', 'split_str'].map((name) => [
    json(`{"${name}":"a"}`),
    failure('invalid expression', `No form/function found, or invalid argument keys: { ${name} }.`),
  ]),
)
