import { expect, test } from 'vitest'
import type { Figures } from './measure.ts'
import { markdown, type Report, type Row, ratios } from './report.ts'

const ours: Figures = { rate: 4_000, p50: 2, p99: 8, cpuMicros: 200, megabytes: 100 }
const theirs: Figures = { rate: 1_000, p50: 6, p99: 4, cpuMicros: 500, megabytes: 250 }

function row(contender: string, isOurs: boolean, figures: Figures, connections = 16): Row {
  const processes = { processes: 1, ownProcesses: 1 }
  return { contender, isOurs, work: 'read', ...processes, connections, figures }
}

function report(changes: Partial<Report>): Report {
  return { about: [['node', 'v22.0.0']], contenders: [], rows: [], failures: [], ...changes }
}

function tableLines(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| work'))
}

test('a ratio beyond one is in our favour, whatever the figure', () => {
  expect(ratios(ours, theirs)).toEqual({ rate: 4, p50: 3, p99: 0.5, cpu: 2.5, memory: 2.5 })
})

test('each of ours is compared with each peer under the same load, what is behind in bold', () => {
  const text = markdown(
    report({
      rows: [
        row('vivarium', true, ours),
        row('vivarium-postgres', true, theirs),
        row('peer', false, theirs),
        row('peer', false, ours, 64),
      ],
    }),
  )
  expect(tableLines(text).slice(0, 2)).toEqual([
    '| read one row by its id | 1 | 16 | peer | 4.00 | 3.00 | **0.50** | 2.50 | 2.50 |',
    '| read one row by its id | 1 | 16 | peer | 1.00 | 1.00 | 1.00 | 1.00 | 1.00 |',
  ])
  expect(text).toContain('## vivarium by its peers')
  expect(text).toContain('## vivarium-postgres by its peers')
})

test('every figure is in the second table', () => {
  const text = markdown(report({ rows: [row('peer', false, theirs)] }))
  expect(tableLines(text)).toEqual([
    '| read one row by its id | 1 | 16 | peer | 1000 | 6.00 | 4.00 | 500 | 250 |',
  ])
  expect(text).not.toContain('by its peers')
})

test('who cannot have as many processes is compared with as many as it can have', () => {
  const two = { processes: 2, ownProcesses: 2 }
  const rows = [
    { ...row('vivarium', true, ours), ...two },
    { ...row('peer', false, theirs), ...two, ownProcesses: 1 },
  ]
  expect(tableLines(markdown(report({ rows }))).at(0)).toBe(
    '| read one row by its id | 2 | 16 | peer (1 at most) | 4.00 | 3.00 | **0.50** | 2.50 | 2.50 |',
  )
})

test('what could not be measured is said with its reason, on one line', () => {
  const text = markdown(
    report({
      failures: [
        { contender: 'peer', processes: 2, reason: 'no\nsuch module\n' },
        { contender: 'peer', processes: 1, work: 'list', connections: 64, reason: 'late' },
      ],
    }),
  )
  expect(text).toContain('- **peer** (processes 2): no such module\n')
  expect(text).toContain(
    '- **peer** (processes 1, list 20 rows that the rule admits, connections 64): late\n',
  )
  expect(markdown(report({}))).not.toContain('Not measured')
})

test('the machine, the versions and the set-ups are told', () => {
  const text = markdown(
    report({
      about: [
        ['node', 'v22.0.0'],
        ['rows', '100000'],
      ],
      contenders: [{ name: 'peer', setup: 'a pool of ten', works: ['read', 'list'] }],
    }),
  )
  expect(text).toContain('node v22.0.0, rows 100000. Made by `npm run bench:peers`')
  expect(text).toContain('- **peer** (read, list): a pool of ten.')
})
