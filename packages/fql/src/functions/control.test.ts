import faunadb from 'faunadb'
import { cases, failure, invalidArgument } from '../testing/cases.ts'

const { query: q } = faunadb

cases('At', [
  [q.At(0, 1), 1],
  [q.At(q.Now(), q.Add(1, 1)), 2],
  [q.At(q.Time('9999-01-01T00:00:00Z'), 1), 1],
  [q.At('x', 1), invalidArgument('Time expected, String provided.', ['at'])],
  [q.At(0, q.Abort('in the past')), failure('transaction aborted', 'in the past', ['expr'])],
  [
    q.At(0, q.Create(q.Collection('spells'), {})),
    failure('invalid write time', 'Cannot write outside of snapshot time.', ['expr', 'create']),
  ],
  [
    q.At(0, q.Update(q.Ref(q.Collection('spells'), 1), {})),
    failure('invalid write time', 'Cannot write outside of snapshot time.', ['expr']),
  ],
])

cases('Call', [
  [q.Call(1), invalidArgument('Identifier expected, Integer provided.', ['call'])],
  [q.Call('nope'), failure('invalid ref', "Ref refers to undefined function 'nope'", ['call'])],
  [
    q.Call(q.Function('nope'), 1),
    failure('invalid ref', "Ref refers to undefined function 'nope'", ['call']),
  ],
  [
    q.Call(q.Query(q.Lambda('x', 1))),
    invalidArgument('Identifier expected, Lambda provided.', ['call']),
  ],
])
