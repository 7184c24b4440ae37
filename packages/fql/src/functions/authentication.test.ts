import faunadb from 'faunadb'
import { cases, failure, invalidArgument, json } from '../testing/cases.ts'

const { query: q } = faunadb

const none = failure('missing identity', 'Authentication does not contain an identity')
const denied = (key: string) =>
  failure('permission denied', 'Insufficient privileges to perform the action.', [key])
const noForm = (key: string) =>
  failure('invalid expression', `No form/function found, or invalid argument keys: { ${key} }.`)

cases('a caller without identity or token', [
  [q.CurrentIdentity(), none],
  [json('{"identity":null}'), none],
  [q.HasCurrentIdentity(), false],
  [json('{"has_identity":null}'), false],
  [q.CurrentToken(), failure('invalid token', 'Token metadata is not accessible.')],
  [q.HasCurrentToken(), false],
])

cases('arguments of the functions of authentication', [
  [
    json('{"current_identity":1}'),
    invalidArgument('Null expected, Integer provided.', ['current_identity']),
  ],
  [
    json('{"has_current_token":1}'),
    invalidArgument('Null expected, Integer provided.', ['has_current_token']),
  ],
  [q.Login(1, {}), invalidArgument('Ref or Set expected, Integer provided.', ['login'])],
  [
    q.Login(q.Match('all_spells'), 'x' as never),
    invalidArgument('Object expected, String provided.', ['params']),
  ],
  [q.Login(q.Match('forbidden'), {}), denied('login')],
  [q.Identify(1, 'x'), invalidArgument('Ref or Set expected, Integer provided.', ['identify'])],
  [
    q.Identify(q.Match('all_spells'), 1),
    invalidArgument('String expected, Integer provided.', ['password']),
  ],
  [q.Identify(q.Match('forbidden'), 'x'), denied('identify')],
  [json('{"logout":1}'), invalidArgument('Boolean expected, Integer provided.', ['logout'])],
  [
    json('{"key_from_secret":1}'),
    invalidArgument('String expected, Integer provided.', ['key_from_secret']),
  ],
])

cases(
  'the newer names before version 4',
  [
    'current_identity',
    'has_current_identity',
    'current_token',
    'has_current_token',
    'access_providers',
  ].map((name) => [json(`{"${name}":null}`), noForm(name)] as const),
  { version: '3' },
)
