import faunadb from 'faunadb'
import { cases, invalidArgument } from '../testing/cases.ts'

const { query: q } = faunadb

cases('Concat', [
  [q.Concat(['Hen', 'Wen']), 'HenWen'],
  [q.Concat(['Hen', 'Wen'], ' '), 'Hen Wen'],
  [q.Concat([]), ''],
  [q.Concat('Hen'), 'Hen'],
  [q.Concat(['Hen', 1]), invalidArgument('String expected, Integer provided.', ['concat', 1])],
])
