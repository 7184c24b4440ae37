import { describe, expect, test } from 'vitest'
import { hasPassword, readPostgresUrl } from './postgres-url.ts'
import { UsageError } from './usage-error.ts'

describe('the address of a store on PostgreSQL', () => {
  test('has defaults, and a place to show that has neither user nor password', () => {
    expect(readPostgresUrl('postgres://ann:secret@db.example.com/movies')).toEqual({
      kind: 'postgres',
      url: 'postgres://ann:secret@db.example.com/movies',
      schema: 'vivarium',
      connectionsMax: undefined,
      place: 'postgres://db.example.com:5432/movies?schema=vivarium',
      files: [],
      security: 'none',
    })
  })

  test('takes a schema, a number of connections, and what the driver is told', () => {
    const { schema, connectionsMax, place, url } = readPostgresUrl(
      'postgresql://ann@[::1]:6432/movies?schema=a%20b&connections=40&application_name=x',
    )
    expect([schema, connectionsMax]).toEqual(['a b', 40])
    expect(place).toBe('postgres://[::1]:6432/movies?schema=a%20b')
    expect(url).toBe('postgresql://ann@[::1]:6432/movies?application_name=x')
  })

  test.each([
    ['', 'none', null],
    ['sslmode=disable', 'none', null],
    ['sslmode=no-verify', 'encrypted', 'no-verify'],
    ['sslmode=require', 'verified', 'verify-full'],
    ['sslmode=verify-ca', 'verified', 'verify-full'],
    ['sslmode=verify-full', 'verified', 'verify-full'],
    ['sslrootcert=ca.pem', 'verified', 'verify-full'],
  ])('with %j is secured as %s', (search, security, mode) => {
    const read = readPostgresUrl(`postgres://u@h/d?${search}`)
    expect(read.security).toBe(security)
    expect(new URL(read.url).searchParams.get('sslmode')).toBe(mode)
  })

  test('names the files that it needs', () => {
    const files = 'sslrootcert=ca.pem&sslcert=c.pem&sslkey=k.pem'
    expect(readPostgresUrl(`postgres://u@h/d?${files}`).files).toEqual(['ca.pem', 'c.pem', 'k.pem'])
  })

  test.each([
    ['postgres:', 'names no host: postgres://USER@HOST/DATABASE'],
    ['postgres:///d', 'names no host: postgres://USER@HOST/DATABASE'],
    ['postgres://h', 'names no database: postgres://USER@HOST/DATABASE'],
    ['postgres://h/a/b', 'names no database: postgres://USER@HOST/DATABASE'],
    ['postgres://u:pa#ss@h/d', 'is no URL.'],
    ['postgres://u:1#ss@h/d', 'is no URL.'],
    ['postgres://u:%zz@h/d', 'is no URL.'],
    ['postgres://u:pass@h:x/d', 'is no URL.'],
    ['postgres://u@h/d?schema=', 'needs a schema of 1 to 63 bytes'],
    ['postgres://u@h/d?connections=2', 'needs connections=N with N from 3 to 999'],
    ['postgres://u@h/d?connections=many', 'needs connections=N with N from 3 to 999'],
    ['postgres://u@h/d?sslmode=prefer', 'needs an sslmode that is one of disable, no-verify,'],
    ['postgres://u@h/d?sslmode=toString', 'needs an sslmode that is one of disable, no-verify,'],
    ['postgres://u@h/d?sslmode=disable&sslcert=c', 'has sslcert, and sslmode=disable'],
    ['postgres://u@h/d?ssl=true', 'has the parameter "ssl". There are schema, connections,'],
    ['postgres://u@h/d?password=x', 'has the parameter "password". There are schema,'],
  ])('%s is refused', (text, message) => {
    const read = () => readPostgresUrl(text)
    expect(read).toThrow(UsageError)
    expect(read).toThrow(
      `--store ${message.replace(/^is no URL\.$/, 'is no URL. Write characters')}`,
    )
    expect(read).not.toThrow(/pass@|pa#ss/)
  })
})

test.each([
  ['postgres://u:p@h/d', true],
  ['--store=postgresql://u:p@h/d', true],
  ['postgres://:p@h/d', true],
  ['postgres://u@h/d?password=p', true],
  ['postgres://u@h/d', false],
  ['postgres://h:5432/d', false],
  ['--data-dir=/a:b@c', false],
])('%s has a password on the command line: %s', (word, has) => {
  expect(hasPassword(word)).toBe(has)
})
