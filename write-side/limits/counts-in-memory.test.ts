import { expect, it } from 'vitest'
import { createMemoryCounts } from './counts-in-memory.ts'

const limit = { most: 2, seconds: 10 }

it('counts up to the limit within its time, and from the beginning after that', () => {
  let at = 0
  const counts = createMemoryCounts(10, () => at)
  expect([1, 2, 3].map(() => counts.take('a', limit))).toEqual([0, 0, 10_000])
  expect(counts.take('b', limit)).toBe(0)
  at = 4_000
  expect(counts.take('a', limit)).toBe(6_000)
  at = 10_000
  expect(counts.take('a', limit)).toBe(0)
})

it('counts no more what was given back or forgotten', () => {
  const counts = createMemoryCounts(10, () => 0)
  for (let n = 0; n < 5; n++) {
    expect(counts.take('a', limit)).toBe(0)
    counts.giveBack('a')
  }
  for (let n = 0; n < 3; n++) counts.take('b', limit)
  counts.forget('b')
  expect(counts.take('b', limit)).toBe(0)
})

it('holds no more keys than it may, and forgets the first before the last', () => {
  const counts = createMemoryCounts(3, () => 0)
  for (const key of ['a', 'a', 'b', 'b', 'c', 'c', 'd']) counts.take(key, limit)
  expect(counts.take('c', limit)).toBe(10_000)
  expect(counts.take('a', limit)).toBe(0)
})
