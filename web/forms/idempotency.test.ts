import { expect, it } from 'vitest'
import { freshKey, keepKey, type Outcome } from './idempotency.ts'

function numbered() {
  let made = 0
  return () => `fresh-${++made}`
}

/** The keys for contents, each of which was answered so. */
function keysFor(
  answers: readonly (readonly [content: string, outcome: Outcome])[],
  keys = keepKey('first', numbered()),
): readonly string[] {
  return answers.map(([content, outcome]) => {
    const key = keys.keyFor(content)
    keys.ended(outcome)
    return key
  })
}
const refusedEach = (...contents: readonly string[]) =>
  contents.map(content => [content, 'refused'] as const)

it('sends the same content with the same key, however often', () => {
  expect(keysFor(refusedEach('a', 'a', 'a'))).toEqual(['first', 'first', 'first'])
})

it('takes a new key once the content changed, even back', () => {
  expect(keysFor(refusedEach('a', 'b', 'a'))).toEqual(['first', 'fresh-1', 'fresh-2'])
})

it('keeps the key while it is not known how a sending ended, whatever was changed or refused since', () => {
  const keys = keysFor([
    ['a', 'unknown'],
    ['b', 'refused'],
    ['c', 'unknown'],
    ['d', 'written'],
    ['d', 'written'],
    ['e', 'written'],
  ])
  expect(keys).toEqual(['first', 'first', 'first', 'first', 'first', 'fresh-1'])
})

it('takes a new key for a changed content once it is known that the earlier one was written', () => {
  const keys = keysFor([
    ['a', 'unknown'],
    ['b', 'reused'],
    ['a', 'written'],
    ['b', 'written'],
  ])
  expect(keys).toEqual(['first', 'first', 'first', 'fresh-1'])
})

it('takes up a sending of before a page was left', () => {
  const keys = keepKey('first', numbered())
  keys.resume('earlier', 'a')
  expect(keys.isOpen()).toBe(true)
  expect(
    keysFor(
      [
        ['b', 'reused'],
        ['a', 'written'],
        ['b', 'written'],
      ],
      keys,
    ),
  ).toEqual(['earlier', 'earlier', 'fresh-1'])
})

it('makes keys the API takes, each another one', () => {
  const keys = Array.from({ length: 50 }, freshKey)
  expect(new Set(keys).size).toBe(50)
  for (const key of keys) expect(key).toMatch(/^[0-9a-f]{32}$/)
})
