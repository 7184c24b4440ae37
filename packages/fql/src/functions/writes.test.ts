import faunadb from 'faunadb'
import { cases, failure, invalidArgument, json } from '../testing/cases.ts'

const { query: q } = faunadb

// What a database decides is tested with one; these are refused before it is asked.
const spell = q.Ref(q.Collection('spells'), 1)
const foreign = q.Ref(q.Collection('spells', q.Database('child')), 1)
const noCollection = (...position: string[]) =>
  failure('invalid ref', "Ref refers to undefined collection 'nope'", position)
const scoped = (key: string) => invalidArgument('Cannot write a scoped ref.', [key])
const native = (key: string) => invalidArgument('Cannot update a schema meta collection.', [key])

cases('Create', [
  [q.Create('nope', {}), noCollection('create')],
  [q.Create(q.Collection('nope'), {}), noCollection('create')],
  [q.Create(1, {}), invalidArgument('Identifier expected, Integer provided.', ['create'])],
  [q.Create(spell, 'x' as never), invalidArgument('Object expected, String provided.', ['params'])],
  [q.Create(foreign, {}), scoped('create')],
  ...['collection', 'class', 'database', 'index', 'key', 'function', 'role', 'access_provider'].map(
    (name) =>
      [
        json(`{"create_${name}":1}`),
        invalidArgument('Object expected, Integer provided.', [`create_${name}`]),
      ] as const,
  ),
])

cases('Update, Replace, Delete', [
  [q.Update(q.Collection('nope'), {}), noCollection('update')],
  [q.Update(foreign, {}), scoped('update')],
  [q.Update(q.Collections(), {}), native('update')],
  [q.Update('x', {}), invalidArgument('Ref expected, String provided.', ['update'])],
  [q.Replace(q.Collection('nope'), {}), noCollection('replace')],
  [q.Replace(foreign, {}), scoped('replace')],
  [q.Replace(q.Collections(), {}), native('replace')],
  [q.Delete(q.Collection('nope')), noCollection('delete')],
  [q.Delete(foreign), scoped('delete')],
  [q.Delete(1), invalidArgument('Ref expected, Integer provided.', ['delete'])],
])

cases(
  'writes where only reads are allowed',
  [
    q.Create(spell, {}),
    q.Update(spell, {}),
    q.Delete(spell),
    q.Login(spell, {}),
    q.Logout(true),
  ].map(
    (query) =>
      [
        query,
        failure('invalid expression', 'Call performs a write, which is not allowed in predicates.'),
      ] as const,
  ),
  { limit: { effect: 'read', where: 'predicates' } },
)
