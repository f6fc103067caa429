import { expect, it } from 'vitest'
import { freshKey, keepKey } from './idempotency.ts'

function numbered() {
  let made = 0
  return () => `fresh-${++made}`
}

it('sends the same content with the same key, however often', () => {
  const keys = keepKey('first', numbered())
  expect([keys.keyFor('a'), keys.keyFor('a'), keys.keyFor('a')]).toEqual([
    'first',
    'first',
    'first',
  ])
})

it('takes a new key once the content changed, even back', () => {
  const keys = keepKey('first', numbered())
  expect([keys.keyFor('a'), keys.keyFor('b'), keys.keyFor('a')]).toEqual([
    'first',
    'fresh-1',
    'fresh-2',
  ])
})

it('makes keys the API takes, each another one', () => {
  const keys = Array.from({ length: 50 }, freshKey)
  expect(new Set(keys).size).toBe(50)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
})
