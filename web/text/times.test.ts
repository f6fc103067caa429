import { describe, expect, it } from 'vitest'
import { ageOf, moment, readingTime, secondsSince } from './times.ts'

const now = Date.parse('2024-06-11T14:00:00Z')

describe('an age', () => {
  it.each([
    ['2024-06-11T13:59:48Z', '12 s', '12 s ago'],
    ['2024-06-11T13:57:00Z', '3 min', '3 min ago'],
    ['2024-06-11T11:00:00Z', '3 h', '3 h ago'],
    ['2024-06-07T13:00:00Z', '4 d', '4 d ago'],
    ['2024-03-09T13:00:00Z', '9 Mar', '9 March 2024'],
    ['2023-06-11T13:00:00Z', '11 Jun 2023', '11 June 2023'],
    ['2023-12-31T23:59:59Z', '31 Dec 2023', '31 December 2023'],
  ])('of %s reads %s, and in a sentence %s', (at, short, long) => {
    expect(ageOf(at, now)).toEqual({ short, long })
  })

  it('has a year as soon as the year is another one, however near it was', () => {
    const newYear = Date.parse('2025-02-02T00:00:00Z')
    expect(ageOf('2024-12-31T12:00:00Z', newYear).short).toBe('31 Dec 2024')
    expect(ageOf('2025-01-01T12:00:00Z', newYear).short).toBe('1 Jan')
  })

  it('is "just now" where clocks differ by a moment, and a date where one is wrong', () => {
    expect(ageOf('2024-06-11T14:00:00Z', now)).toEqual({ short: 'now', long: 'just now' })
    expect(ageOf('2024-06-11T14:00:59Z', now)).toEqual({ short: 'now', long: 'just now' })
    expect(ageOf('2024-06-11T14:02:00Z', now)).toEqual({ short: '11 Jun', long: '11 June 2024' })
    expect(ageOf('2031-01-01T00:00:00Z', now).short).toBe('1 Jan 2031')
  })

  it('can not be told of a time well ahead, nor of none at all', () => {
    expect(secondsSince('2024-06-11T14:01:01Z', now)).toBeNull()
    expect(secondsSince('', now)).toBeNull()
    expect(secondsSince('2024-06-11T14:00:09Z', now)).toBe(0)
  })
})

it('writes moments in UTC, whatever the zone of the machine', () => {
  expect(moment(new Date('2024-06-11T23:58:00-05:00'))).toBe('12 June 2024, 04:58 UTC')
})

it('takes at least a minute to read anything', () => {
  expect(readingTime(3)).toBe('1 min to read')
  expect(readingTime(1320)).toBe('6 min to read')
})
