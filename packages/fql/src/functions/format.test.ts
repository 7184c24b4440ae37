import faunadb from 'faunadb'
import { cases, invalidArgument, json } from '../testing/cases.ts'

const { query: q } = faunadb

const badFormat = (text: string) =>
  invalidArgument(`Invalid conversion format '${text}'.`, ['format'])
const double = (text: string) => q.ToDouble(text)
const moment = q.Time('1970-03-01T15:30:45.123456789Z')

cases('Format of strings and Booleans', [
  [q.Format('%s and %s', ['a', 1]), 'a and 1'],
  [q.Format('%2$s %1$s %s', ['a', 'b']), 'b a a'],
  [q.Format('%0$s', 'a'), 'a'],
  [q.Format('%s', ['a', 'ignored']), 'a'],
  [
    q.Format('[%5s] [%-5s] [%.2s] [%4.1s]', ['abc', 'abc', 'abc', 'abc']),
    '[  abc] [abc  ] [ab] [   a]',
  ],
  [q.Format('%S', 'straße'), 'STRASSE'],
  [json('{"format":"%s","values":[1.0]}'), '1.0'],
  [q.Format('%s %s', [q.Date('2020-01-01'), moment]), '2020-01-01 1970-03-01T15:30:45.123456789Z'],
  [json('{"format":"%s","values":[null]}'), 'null'],
  [json('{"format":"%b %B %b %b","values":[true,false,null,0]}'), 'true FALSE false true'],
  [json('{"format":"100%% %n|","values":[]}'), '100% \n|'],
  [q.Format('%5%|', 1), '    %|'],
  [q.Format('%s', {}), invalidArgument('Cannot cast Object to String.', ['values', 0])],
  [
    q.Format('%s', []),
    invalidArgument('format specifiers count must be <= arguments size', ['format']),
  ],
  [
    q.Format('%s %s', 'a'),
    invalidArgument('format specifiers count must be <= arguments size', ['format']),
  ],
  [q.Format('%2$s', 'a'), invalidArgument('index must be >= 1 and <= arguments size', ['format'])],
  [q.Format('%Z', 'a'), badFormat('%Z')],
  [q.Format('%1$Z', 'a'), badFormat('%1$Z')],
  [q.Format('100%', 'a'), badFormat('%')],
  [q.Format('%1$ s', 'a'), badFormat('% s')],
  [q.Format('%-s', 'a'), badFormat('%-s')],
  [q.Format('%#s', 'a'), badFormat('%#s')],
  [q.Format('%5n', 'a'), badFormat('%5n')],
  [q.Format('%99999999s', 'a'), invalidArgument('string length must be <= 8388608', ['format'])],
  [q.Format(1, 'a'), invalidArgument('String expected, Integer provided.', ['format'])],
])

cases('Format of Integers', [
  [q.Format('%d', 42), '42'],
  [
    q.Format('[%5d] [%-5d] [%05d] [%+d] [% d] [%,d]', [42, 42, 42, 42, 42, 1234567]),
    '[   42] [42   ] [00042] [+42] [ 42] [1,234,567]',
  ],
  [q.Format('%(d %d %05d %(06d', [-42, -42, -42, -42]), '(42) -42 -0042 (0042)'],
  [q.Format('%,010d', 1234567), '01,234,567'],
  [q.Format('%x %X %#x %o %#o', [255, 255, 255, 8, 8]), 'ff FF 0xff 10 010'],
  [q.Format('%x', -1), 'ffffffffffffffff'],
  [q.Format('%o', -1), '1777777777777777777777'],
  [q.Format('%#06x', 255), '0x00ff'],
  [json('{"format":"%d","values":-9223372036854775808}'), '-9223372036854775808'],
  [q.Format('%d', 1.5), invalidArgument('Integer expected, Double provided.', ['values', 0])],
  [
    q.Format('%s%x', ['a', 'b']),
    invalidArgument('Integer expected, String provided.', ['values', 1]),
  ],
  [q.Format('%.2d', 1), badFormat('%.2d')],
  [q.Format('%+ d', 1), badFormat('%+ d')],
  [q.Format('%-05d', 1), badFormat('%-05d')],
  [q.Format('%0d', 1), badFormat('%0d')],
  [q.Format('%+x', 1), badFormat('%+x')],
])

cases('Format of Doubles', [
  [q.Format('%f', 3.5), '3.500000'],
  [q.Format('%.2f %.0f %#.0f', [2.345, 2.5, 2.5]), '2.35 3 3.'],
  [q.Format('%.2f', 1.005), '1.01'],
  [q.Format('%.2f', 0.125), '0.13'],
  [q.Format('%.1f %.0f %.0f', [0.05, 0.4, 0.6]), '0.1 0 1'],
  [q.Format('%.3f', 0.00049), '0.000'],
  [q.Format('%.1f', 99.99), '100.0'],
  [q.Format('%,.2f', 1234567.891), '1,234,567.89'],
  [
    q.Format('[%9.2f] [%-9.2f] [%09.2f] [%+.1f] [%(.1f]', [3.1421, 3.1421, -3.1421, 1.5, -1.5]),
    '[     3.14] [3.14     ] [-00003.14] [+1.5] [(1.5)]',
  ],
  [q.Format('%f', double('1E21')), '1000000000000000000000.000000'],
  [q.Format('%e %.2E %.0e', [12345.678, 0.00012345, double('9.6')]), '1.234568e+04 1.23E-04 1e+01'],
  [json('{"format":"%e","values":0.0}'), '0.000000e+00'],
  [
    q.Format('%g %g %g', [12345.678, 0.00001234, double('1E10')]),
    '12345.7 1.23400e-05 1.00000e+10',
  ],
  [json('{"format":"%g %.3g %.0g","values":[0.0,0.00012345,1234.5]}'), '0.00000 0.000123 1e+03'],
  [q.Format('%g', 999999.9), '1.00000e+06'],
  [json('{"format":"%f","values":-0.0}'), '-0.000000'],
  [q.Format('%f %08f %+f', [double('NaN'), double('NaN'), double('∞')]), 'NaN      NaN +Infinity'],
  [q.Format('%(f %F', double('-∞')), badFormat('%F')],
  [q.Format('%(f %G', [double('-∞'), double('-∞')]), '(Infinity) -INFINITY'],
  [q.Format('%f', 1), invalidArgument('Number expected, Integer provided.', ['values', 0])],
  [q.Format('%,e', 1.5), badFormat('%,e')],
  [q.Format('%#g', 1.5), badFormat('%#g')],
])

cases('Format of dates and times', [
  [
    q.Format('%t %T', [moment, moment]),
    '1970-03-01T15:30:45.123456789Z 1970-03-01T15:30:45.123456789Z',
  ],
  [q.Format('%t', q.Date('2020-01-01')), '2020-01-01'],
  [q.Format('%tY-%1$tm-%1$td', moment), '1970-03-01'],
  [q.Format('%1$tb %1$th %1$tB %1$ta %1$tA', moment), 'Mar Mar March Sun Sunday'],
  [
    q.Format('%1$tC %1$ty %1$te %1$tj %1$tD %1$tF', q.Date('2020-12-05')),
    '20 20 5 340 12/05/20 2020-12-05',
  ],
  [
    q.Format('%1$tH %1$tI %1$tk %1$tl %1$tM %1$tS %1$tL %1$tN', moment),
    '15 03 15 3 30 45 123 123456789',
  ],
  [q.Format('%1$tp %1$Tp %1$tz %1$tZ %1$ts %1$tQ', moment), 'pm PM +0000 Z 5153445 5153445123'],
  [q.Format('%1$tR %1$tT %1$tr', moment), '15:30 15:30:45 03:30:45 PM'],
  [q.Format('%tc', moment), 'Sun Mar 01 15:30:45 Z 1970'],
  [q.Format('%tI', q.Time('2020-01-01T00:00:00Z')), '12'],
  [q.Format('%TB [%9tb] [%-9tb]', [moment, moment, moment]), 'MARCH [      Mar] [Mar      ]'],
  [q.Format('%tY', q.Date('-0001-01-01')), '0002'],
  [
    q.Format('%tH', q.Date('2020-01-01')),
    invalidArgument("Invalid date/time suffix '%tH'.", ['values', 0]),
  ],
  [q.Format('%tX', moment), invalidArgument("Invalid date/time suffix '%tX'.", ['values', 0])],
  [q.Format('%tY', 'x'), invalidArgument('Date or Time expected, String provided.', ['values', 0])],
  [q.Format('%.2tY', moment), badFormat('%.2tY')],
  [q.Format('%09tY', moment), badFormat('%09tY')],
])

const refText = (owner: string, native: string) =>
  `{"@ref":{"id":"1","${owner}":{"@ref":{"id":"spells","${owner}":{"@ref":{"id":"${native}"}}}}}}`
cases('Format as JSON', [
  [q.Format('%^', { a: [1, 'x'] }), '{"a":[1,"x"]}'],
  [q.Format('%@', { a: q.Now() }), '{"a":{"@ts":"2020-01-02T03:04:05.678901Z"}}'],
  [q.Format('%^', q.Ref(q.Collection('spells'), 1)), refText('collection', 'collections')],
  [q.Format('%@', q.Ref(q.Collection('spells'), 1)), refText('class', 'classes')],
])
