import faunadb from 'faunadb'
import { cases, failure, invalidArgument, json, together } from '../testing/cases.ts'

const { query: q } = faunadb

const native = (id: string) => `{"@ref":{"id":"${id}"}}`
const named = (id: string, owner: string) => `{"@ref":{"id":"${id}","collection":${native(owner)}}}`
const spells = q.Collection('spells')
const spell = (id: string) =>
  json(`{"@ref":{"id":"${id}","collection":${named('spells', 'collections')}}}`)
const badId = (text: string) => invalidArgument(text, ['id'])

cases('Ref', [
  [q.Ref(spells, 1), spell('1')],
  [q.Ref(spells, '12'), spell('12')],
  [q.Ref(spells, '-5'), spell('-5')],
  [json('{"ref":{"collection":"spells"},"id":9223372036854775807}'), spell('9223372036854775807')],
  [q.Ref(q.Keys(), 1), json(`{"@ref":{"id":"1","collection":${native('keys')}}}`)],
  [q.Ref(q.Tokens(), 1), json(`{"@ref":{"id":"1","collection":${native('tokens')}}}`)],
  [q.Ref(q.Credentials(), 1), json(`{"@ref":{"id":"1","collection":${native('credentials')}}}`)],
  [
    q.Ref(q.Indexes(), 1),
    invalidArgument('Regular Class Ref expected, Schema Class Ref provided.', ['ref']),
  ],
  [
    q.Ref(q.Index('all_spells'), 1),
    invalidArgument('Collection Ref expected, Index Ref provided.', ['ref']),
  ],
  [q.Ref('spells', 1), invalidArgument('Collection Ref expected, String provided.', ['ref'])],
  [q.Ref(spells, 'x'), badId("Number or numeric String expected, non-numeric 'x' provided.")],
  [q.Ref(spells, ''), badId("The id provided is too large: ''")],
  [
    q.Ref(spells, '9223372036854775808'),
    badId("The id provided is too large: '9223372036854775808'"),
  ],
  [q.Ref(spells, true), badId('String or Number expected, Boolean provided.')],
  [
    q.Ref(1, true),
    together(
      invalidArgument('Collection Ref expected, Integer provided.', ['ref']),
      badId('String or Number expected, Boolean provided.'),
    ),
  ],
])

cases('refs by name', [
  [q.Collection('spells'), json(named('spells', 'collections'))],
  [json('{"class":"spells"}'), json(named('spells', 'collections'))],
  [q.Index('all_spells'), json(named('all_spells', 'indexes'))],
  [q.Function('double'), json(named('double', 'functions'))],
  [q.Database('child'), json(named('child', 'databases'))],
  [q.Role('none'), json(named('none', 'roles'))],
  [q.AccessProvider('none'), json(named('none', 'access_providers'))],
  [q.Collection('SPELLS'), json(named('SPELLS', 'collections'))],
  [
    q.Collection('spells', q.Database('child')),
    json(
      `{"@ref":{"id":"spells","collection":${native('collections')},"database":${named('child', 'databases')}}}`,
    ),
  ],
  [q.Collection(1), invalidArgument('String expected, Integer provided.', ['collection'])],
  [
    q.Index('i', q.Database('none')),
    failure('invalid ref', "Ref refers to undefined database 'none'", ['scope']),
  ],
  [
    q.Index('i', spells),
    invalidArgument('Database Ref expected, Collection Ref provided.', ['scope']),
  ],
])

cases('built-in collections', [
  [q.Collections(), json(native('collections'))],
  [json('{"classes":null}'), json(native('collections'))],
  [q.Databases(), json(native('databases'))],
  [q.Indexes(), json(native('indexes'))],
  [q.Functions(), json(native('functions'))],
  [q.Roles(), json(native('roles'))],
  [q.Keys(), json(native('keys'))],
  [q.Tokens(), json(native('tokens'))],
  [q.Credentials(), json(native('credentials'))],
  [q.AccessProviders(), json(native('access_providers'))],
  [
    q.Indexes(q.Database('child')),
    json(`{"@ref":{"id":"indexes","database":${named('child', 'databases')}}}`),
  ],
  [q.Indexes(1), invalidArgument('Database Ref or Null expected, Integer provided.', ['indexes'])],
  [
    q.Databases(q.Database('none')),
    failure('invalid ref', "Ref refers to undefined database 'none'", ['databases']),
  ],
])

cases('NewId', [
  [q.NewId(), '1'],
  [json('{"next_id":null}'), '1'],
  [json('{"new_id":1}'), invalidArgument('Null expected, Integer provided.', ['new_id'])],
])
