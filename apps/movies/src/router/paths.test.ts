import { expect, test } from 'vitest'
import { returnPath, signInPath } from './paths.ts'

test.each([
  ['/movies?after=7', '/movies?after=7'],
  ['/account', '/account'],
  ['//elsewhere.example', '/movies'],
  ['/\\elsewhere.example', '/movies'],
  ['https://elsewhere.example', '/movies'],
  ['', '/movies'],
])('after signing in, returnTo=%s leads to %s', (returnTo, path) => {
  expect(returnPath(new URLSearchParams({ returnTo }))).toBe(path)
})

test('the way to the sign-in page and back keeps the page of movies', () => {
  const { search } = new URL(signInPath('/movies?after=7'), 'http://localhost')
  expect(returnPath(new URLSearchParams(search))).toBe('/movies?after=7')
})
