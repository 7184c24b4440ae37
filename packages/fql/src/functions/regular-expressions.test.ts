import faunadb from 'faunadb'
import { cases, invalidArgument, json } from '../testing/cases.ts'

const { query: q } = faunadb

const noString = (key: string) => invalidArgument('String expected, Integer provided.', [key])
const noPattern = (text: string) =>
  invalidArgument(`Search pattern /${text}/ is not a valid regular expression.`, ['pattern'])

cases('ContainsStrRegex', [
  [q.ContainsStrRegex('Fire Beak', 'B.a'), true],
  [q.ContainsStrRegex('Fire Beak', '^Beak'), false],
  [q.ContainsStrRegex('a1', '\\d$'), true],
  [q.ContainsStrRegex('FIRE', '(?i)fire'), true],
  [q.ContainsStrRegex('a.b', '\\Qa.b\\E'), true],
  [q.ContainsStrRegex('axb', '\\Qa.b\\E'), false],
  [q.ContainsStrRegex('é', '\\p{L}'), true],
  [q.ContainsStrRegex('é', '\\p{Alpha}'), false],
  [q.ContainsStrRegex('!', '[\\p{Alpha}\\p{Punct}]'), true],
  [q.ContainsStrRegex('a', '\\P{Lower}'), false],
  [q.ContainsStrRegex('\u00a0', '^\\h$'), true],
  [q.ContainsStrRegex('\u000b', '^[\\s]$'), true],
  [q.ContainsStrRegex('\u000b', '\\S'), false],
  [q.ContainsStrRegex('a\r\nb', 'a\\Rb'), true],
  [q.ContainsStrRegex('a\n', 'a\\Z'), true],
  // No answer in a lifetime from an engine that backtracks.
  [q.ContainsStrRegex('a'.repeat(5000), '(a+)+$x'), false],
  ...['[', '(', '*', 'a{2,1}', '\\', '(?=a)', '(a)\\1', '[a-z&&[^b]]', 'a*+'].map(
    (pattern) => [q.ContainsStrRegex('a', pattern), noPattern(pattern)] as const,
  ),
  [q.ContainsStrRegex(1, 'a'), noString('containsstrregex')],
  [q.ContainsStrRegex('a', 1), noString('pattern')],
])

cases('FindStrRegex', [
  [
    q.FindStrRegex('ABC abc', '[bB]'),
    [
      { start: 1, end: 1, data: 'B' },
      { start: 5, end: 5, data: 'b' },
    ],
  ],
  [q.FindStrRegex('abc', 'x'), []],
  [q.FindStrRegex('abcd', 'bc'), [{ start: 1, end: 2, data: 'bc' }]],
  [q.FindStrRegex('abcb', '^b', 1), [{ start: 1, end: 1, data: 'b' }]],
  [q.FindStrRegex('abcb', 'b', 2), [{ start: 3, end: 3, data: 'b' }]],
  [q.FindStrRegex('ab', 'a', 9), [{ start: 0, end: 0, data: 'a' }]],
  [q.FindStrRegex('aaa', 'a', 0, 2), [0, 1].map((at) => ({ start: at, end: at, data: 'a' }))],
  [q.FindStrRegex('aaa', 'a', 0, 0), []],
  [q.FindStrRegex('aaa', 'a', 0, -1), []],
  [q.Count(q.FindStrRegex(q.Repeat('a', 1024), '', 0, 5000)), 1024],
  [
    q.FindStrRegex('baa', 'a*'),
    [
      { start: 0, end: 0, data: '' },
      { start: 1, end: 2, data: 'aa' },
      { start: 3, end: 3, data: '' },
    ],
  ],
  // The end is one unit back, and half of the last code point still counts.
  [q.FindStrRegex('x😀😀', '😀+'), [{ start: 1, end: 3, data: '😀😀' }]],
  [q.FindStrRegex('😀ab', 'ab'), [{ start: 1, end: 2, data: 'ab' }]],
  [q.FindStrRegex('a', '['), noPattern('[')],
  [q.FindStrRegex(1, 'a'), noString('findstrregex')],
  [q.FindStrRegex('a', 'a', 'x'), invalidArgument('Integer expected, String provided.', ['start'])],
  [
    q.FindStrRegex('a', 'a', 0, 'x'),
    invalidArgument('Integer expected, String provided.', ['num_results']),
  ],
])

const noReplacement = invalidArgument('replace must be a valid replacement', ['replace'])
cases('ReplaceStrRegex', [
  [q.ReplaceStrRegex('one fish two fish', 'f\\w+', 'dog'), 'one dog two dog'],
  [q.ReplaceStrRegex('one fish two fish', 'fish', 'dog', true), 'one dog two fish'],
  [q.ReplaceStrRegex('aa', 'a', 'b', false), 'bb'],
  [q.ReplaceStrRegex('John Doe', '(\\w+) (\\w+)', '$2 $1'), 'Doe John'],
  [q.ReplaceStrRegex('John', '(?<name>\\w+)', '<$\u007bname}>'), '<John>'],
  [q.ReplaceStrRegex('a', '(a)', '$10'), 'a0'],
  [q.ReplaceStrRegex('a', 'a', '\\$1\\\\'), '$1\\'],
  [q.ReplaceStrRegex('a', '(a)|(b)', '[$2]'), '[]'],
  [q.ReplaceStrRegex('abc', '', '-'), '-a-b-c-'],
  [q.ReplaceStrRegex('a', 'x', '$9'), 'a'],
  [q.ReplaceStrRegex('a', 'a', '$2'), noReplacement],
  [q.ReplaceStrRegex('a', 'a', '$'), noReplacement],
  [q.ReplaceStrRegex('a', 'a', '\\'), noReplacement],
  [q.ReplaceStrRegex('a', 'a', '$\u007bname}'), noReplacement],
  [q.ReplaceStrRegex('a', '[', 'b'), noPattern('[')],
  [q.ReplaceStrRegex('a', 'a', 1), noString('replace')],
  [
    q.ReplaceStrRegex('a', 'a', 'b', 1),
    invalidArgument('Boolean expected, Integer provided.', ['first']),
  ],
])

cases('RegexEscape', [
  [q.RegexEscape('a.b'), '\\Qa.b\\E'],
  [q.RegexEscape('a\\Eb'), '\\Qa\\E\\\\E\\Qb\\E'],
  [q.ContainsStrRegex('x a\\E.b', q.RegexEscape('a\\E.b')), true],
  [q.RegexEscape(1), noString('regexescape')],
])

cases('the driver sends the optional arguments only when they are given', [
  [json('{"findstrregex":"ab","pattern":"b"}'), [{ start: 1, end: 1, data: 'b' }]],
])
