import { describe, expect, it } from 'vitest'
import { maskedDestination } from './masked-destination.ts'

describe('maskedDestination', () => {
  it.each([
    ['jane@example.com', 'j***@e***'],
    ['t@t.co', 't***@t***'],
    ['a@b@example.com', 'a***@e***'],
    ['🙂x@🦊.example', '🙂***@🦊***'],
  ])('shows of the address %s only %s', (address, masked) => {
    expect(maskedDestination('EMAIL', address)).toBe(masked)
  })

  it.each([
    ['+12065551234', '+*******1234'],
    ['+4915112345678', '+*********5678'],
    ['+1234', '+1234'],
    ['+12', '+12'],
  ])('shows of the number %s only %s', (number, masked) => {
    expect(maskedDestination('SMS', number)).toBe(masked)
  })
})
