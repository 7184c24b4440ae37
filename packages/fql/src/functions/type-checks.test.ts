import faunadb, { type Expr } from 'faunadb'
import { expect, test } from 'vitest'
import { json, type Query, run } from '../testing/run.ts'

const { query: q } = faunadb

const spell = q.Ref(q.Collection('spells'), 1)
const values: Readonly<Record<string, Query>> = {
  integer: 1,
  double: 1.5,
  boolean: true,
  null: null,
  string: 'x',
  array: [1],
  object: { a: 1 },
  bytes: q.Bytes('AQ=='),
  uuid: json('{"@uuid":"1-2-3-4-5"}'),
  time: q.Now(),
  date: q.Date('2020-01-01'),
  lambda: q.Query((x: Expr) => x),
  page: q.Paginate(q.Match('all_spells')),
  set: q.Match('all_spells'),
  'a document': q.Get(spell),
  'a ref': spell,
  'a missing collection': q.Collection('nope'),
  'a built-in collection': q.Indexes(),
  'a collection': q.Collection('spells'),
  'an index': q.Index('all_spells'),
  'a database': q.Database('child'),
  'a function': q.Function('double'),
  'a key': q.Ref(q.Keys(), 1),
  'a token': q.Ref(q.Tokens(), 1),
  credentials: q.Ref(q.Credentials(), 1),
}

const refs = Object.keys(values).slice(Object.keys(values).indexOf('a ref'))
const resolved = refs.filter((name) => name !== 'a missing collection')

/** For each check, what it is true for; it is false for everything else. */
const truths: Readonly<Record<string, readonly string[]>> = {
  is_number: ['integer', 'double'],
  is_integer: ['integer'],
  is_double: ['double'],
  is_boolean: ['boolean'],
  is_null: ['null'],
  is_bytes: ['bytes'],
  is_date: ['date'],
  is_uuid: ['uuid'],
  is_timestamp: ['time'],
  is_string: ['string'],
  is_array: ['array'],
  is_object: ['object', 'page', 'a document'],
  is_ref: refs,
  is_doc: [...resolved, 'a document'],
  is_set: ['set', 'a built-in collection'],
  is_lambda: ['lambda'],
  is_collection: ['a collection', 'a built-in collection'],
  is_database: ['a database'],
  is_index: ['an index'],
  is_function: ['a function'],
  is_key: ['a key'],
  is_token: ['a token'],
  is_credentials: ['credentials'],
  is_role: [],
}

const sent = (query: Query): string =>
  typeof query === 'object' && query !== null && 'text' in query
    ? String(query.text)
    : JSON.stringify(q.Do(query as Expr)).slice('{"do":['.length, -2)

test.each(Object.entries(truths))('%s is true for %j alone', (check, names) => {
  const trueFor = Object.entries(values)
    .filter(([, value]) => run(json(`{"${check}":${sent(value)}}`)) === 'true')
    .map(([name]) => name)
  expect(trueFor.toSorted()).toEqual([...names].toSorted())
})
