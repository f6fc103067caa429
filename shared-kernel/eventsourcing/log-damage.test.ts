import { expect, it } from 'vitest'
import { damageIn } from './log-damage.ts'

const damaged = new Error('2 UNKNOWN: Unexpected error: The record at position 51954 is damaged.')

it('tells a damaged log by what the store says of it, wherever in the causes that stands', () => {
  expect(damageIn(damaged)).toBe('The record at position 51954 is damaged')
  expect(damageIn(new Error('lost', { cause: damaged }))).toContain('51954')
})

it.each([new Error('14 UNAVAILABLE'), undefined, 'The record at position 1 is damaged'])(
  'finds none in %s',
  error => expect(damageIn(error)).toBeUndefined(),
)
