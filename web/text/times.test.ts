import { describe, expect, it } from 'vitest'
import { ago, moment, readingTime, secondsSince, span } from './times.ts'

const now = Date.parse('2024-06-11T14:00:00Z')

describe('an age', () => {
  it.each([
    ['2024-06-11T13:59:48Z', '12 s ago'],
    ['2024-06-11T13:57:00Z', '3 min ago'],
    ['2024-06-11T11:00:00Z', '3 h ago'],
    ['2024-06-07T13:00:00Z', '4 d ago'],
    ['2024-03-09T13:00:00Z', '9 March 2024'],
  ])('of %s reads %s', (at, text) => {
    expect(ago(at, now)).toBe(text)
  })

  it('is never negative, though clocks differ', () => {
    expect(secondsSince('2024-06-11T14:00:09Z', now)).toBe(0)
    expect(span(0)).toBe('0 s')
  })
})

it('writes moments in UTC, whatever the zone of the machine', () => {
  expect(moment(new Date('2024-06-11T23:58:00-05:00'))).toBe('12 June 2024, 04:58 UTC')
})

it('takes at least a minute to read anything', () => {
  expect(readingTime(3)).toBe('1 min to read')
  expect(readingTime(1320)).toBe('6 min to read')
})
