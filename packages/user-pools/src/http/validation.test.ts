import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { UserPoolError } from '../errors.ts'
import {
  attributes,
  authFlow,
  clientId,
  code,
  jwt,
  limit,
  password,
  session,
  stringMap,
  username,
} from '../request-shapes.ts'
import { parseBody, validate } from './validation.ts'

const shape = z.object({
  Username: username,
  Password: password.optional(),
  ClientId: clientId.optional(),
  ConfirmationCode: code.optional(),
  AccessToken: jwt.optional(),
  Session: session.optional(),
  Limit: limit.optional(),
  AuthFlow: authFlow.optional(),
  UserAttributes: attributes.optional(),
  ClientMetadata: stringMap.optional(),
})

/** What a request is refused with: `[code, message]`; undefined if it is not. */
function refusalOf(request: object): readonly [string, string] | undefined {
  try {
    validate(shape, request)
    return undefined
  } catch (error) {
    if (error instanceof UserPoolError) return [error.code, error.message]
    throw error
  }
}

const one = (detail: string) => [
  'InvalidParameterException',
  `1 validation error detected: ${detail}`,
]
const anyText = '[\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+'
const jane = { Username: 'jane' }

describe('a constraint', () => {
  it.each<[string, object, string]>([
    [
      'a missing member',
      {},
      "Value null at 'username' failed to satisfy constraint: Member must not be null",
    ],
    [
      'a length that is too small',
      { ...jane, Session: 'short' },
      "Value at 'session' failed to satisfy constraint: Member must have length greater than or equal to 20",
    ],
    [
      'a length that is too great',
      { ...jane, Password: 'x'.repeat(257) },
      "Value at 'password' failed to satisfy constraint: Member must have length less than or equal to 256",
    ],
    [
      'a pattern of a secret member',
      { ...jane, Password: 'with space' },
      "Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+",
    ],
    [
      'a pattern of a user name',
      { Username: 'two words' },
      `Value at 'username' failed to satisfy constraint: Member must satisfy regular expression pattern: ${anyText}`,
    ],
    [
      'a pattern of a member that is no secret',
      { ...jane, ConfirmationCode: '12 34' },
      "Value '12 34' at 'confirmationCode' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+",
    ],
    [
      'a pattern of a token',
      { ...jane, AccessToken: 'a b' },
      "Value at 'accessToken' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9-_=.]+",
    ],
    [
      'a value that is too great',
      { ...jane, Limit: 61 },
      "Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60",
    ],
    [
      'a value that is too small',
      { ...jane, Limit: -1 },
      "Value '-1' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 0",
    ],
    [
      'an enumeration',
      { ...jane, AuthFlow: 'NO_SUCH_FLOW' },
      "Value 'NO_SUCH_FLOW' at 'authFlow' failed to satisfy constraint: Member must satisfy enum value set: [USER_SRP_AUTH, REFRESH_TOKEN_AUTH, REFRESH_TOKEN, CUSTOM_AUTH, ADMIN_NO_SRP_AUTH, USER_PASSWORD_AUTH, ADMIN_USER_PASSWORD_AUTH, USER_AUTH]",
    ],
    [
      'a member of a list',
      { ...jane, UserAttributes: [{ Name: 'email' }, { Name: 'x'.repeat(33) }] },
      `Value '${'x'.repeat(33)}' at 'userAttributes.2.member.name' failed to satisfy constraint: Member must have length less than or equal to 32`,
    ],
    [
      'a missing member of a list',
      { ...jane, UserAttributes: [{ Value: 'x' }] },
      "Value null at 'userAttributes.1.member.name' failed to satisfy constraint: Member must not be null",
    ],
    [
      'the value of an attribute, which is not told',
      { ...jane, UserAttributes: [{ Name: 'email', Value: 'x'.repeat(2049) }] },
      "Value at 'userAttributes.1.member.value' failed to satisfy constraint: Member must have length less than or equal to 2048",
    ],
  ])('on %s is told in Cognito’s words', (_, request, detail) => {
    expect(refusalOf(request)).toEqual(one(detail))
  })

  it('that is broken twice is told twice, with the plural', () => {
    expect(refusalOf({ ...jane, Password: 'with space', Limit: 61 })).toEqual([
      'InvalidParameterException',
      "2 validation errors detected: Value at 'password' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\S]+; Value '61' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 60",
    ])
  })

  it('never tells a secret', () => {
    const secret = 'sec ret'.repeat(50)
    const requests = [
      { Username: secret },
      { ...jane, Password: secret },
      { ...jane, ClientId: secret },
      { ...jane, AccessToken: secret },
      { ...jane, UserAttributes: [{ Name: 'email', Value: secret.repeat(10) }] },
    ]
    for (const request of requests) expect(refusalOf(request)?.join()).not.toContain('sec ret')
  })

  it('tells no more than the beginning of a long value', () => {
    const [, message = ''] = refusalOf({ ...jane, ConfirmationCode: 'x y'.repeat(100_000) }) ?? []
    expect(message.length).toBeLessThan(1000)
  })
})

describe('a boundary', () => {
  it.each<[string, object]>([
    ['the longest user name', { Username: 'x'.repeat(128) }],
    ['letters of any script, marks and signs', { Username: 'Ärger+漢字@😀-é.' }],
    ['the longest password', { ...jane, Password: 'x'.repeat(256) }],
    ['the least limit', { ...jane, Limit: 0 }],
    ['the greatest limit', { ...jane, Limit: 60 }],
    ['an attribute without a value', { ...jane, UserAttributes: [{ Name: 'email' }] }],
    ['an empty list', { ...jane, UserAttributes: [] }],
  ])('%s is taken', (_, request) => {
    expect(refusalOf(request)).toBeUndefined()
  })

  it.each(['x'.repeat(129), '', 'a\u0000b', 'a\nb', 'a\u200bb', 'tab\t', 'two words'])(
    'the user name %j is refused',
    (name) => {
      expect(refusalOf({ Username: name })?.[0]).toBe('InvalidParameterException')
    },
  )
})

describe('a type', () => {
  it.each<[string, object, string]>([
    ['a number', { Username: 1 }, 'NUMBER_VALUE can not be converted to the type of its member'],
    ['a truth', { Username: true }, 'TRUE_VALUE can not be converted to the type of its member'],
    [
      'a text',
      { ...jane, Limit: '7' },
      'STRING_VALUE can not be converted to the type of its member',
    ],
    ['a list', { Username: ['a'] }, 'Start of list found where not expected'],
    ['an object', { Username: {} }, 'Start of structure or map found where not expected'],
    [
      'a fraction',
      { ...jane, Limit: 1.5 },
      'NUMBER_VALUE can not be converted to the type of its member',
    ],
    [
      'a number for an enumeration',
      { ...jane, AuthFlow: 7 },
      'NUMBER_VALUE can not be converted to the type of its member',
    ],
    [
      'a number in a map',
      { ...jane, ClientMetadata: { a: 1 } },
      'NUMBER_VALUE can not be converted to the type of its member',
    ],
  ])('that is %s in the wrong place is no constraint', (_, request, message) => {
    expect(refusalOf(request)).toEqual(['SerializationException', message])
  })
})

describe('a body', () => {
  const parse = (text: string) => parseBody(Buffer.from(text))

  it('loses members that are null, at every depth', () => {
    expect(parse('{"a":null,"b":{"c":null,"d":[1,null,{"e":null}]}}')).toEqual({
      b: { d: [1, {}] },
    })
  })

  it('keeps the word null where it is text', () => {
    expect(parse('{"null":"null"}')).toEqual({ null: 'null' })
  })

  it('may be empty, or begin with a byte order mark', () => {
    expect(parse('')).toEqual({})
    expect(parse(' \n')).toEqual({})
    expect(parse('\ufeff{"a":1}')).toEqual({ a: 1 })
  })
})
