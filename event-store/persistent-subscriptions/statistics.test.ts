// How long events took, told as the real server tells it.
import { expect, test } from 'vitest'
import { Durations } from './statistics.ts'

test('times are told by their shares', () => {
  const durations = new Durations()
  expect(durations.measure().size).toBe(0)
  for (let ms = 1; ms <= 100; ms++) durations.add(ms)
  const figures = Object.fromEntries(durations.measure())
  expect(figures).toMatchObject({ Mean: 51, Median: 50, Fastest: 1, '90%': 90, Highest: 100 })
  expect(figures['Quintile 2']).toBe(40)
})
