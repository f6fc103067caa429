// The demo content as the write side will take it.
import { expect, test } from 'vitest'
import { DEMO_USERS } from './accounts.ts'
import { readDemoPosts } from './posts.ts'

const posts = readDemoPosts()

test('there are three dozen posts, no two of one title, by everybody', () => {
  expect(posts).toHaveLength(36)
  expect(new Set(posts.map(({ title }) => title)).size).toBe(36)
  expect(new Set(posts.map(({ author }) => author))).toEqual(new Set(DEMO_USERS))
})

test('each is long enough to read and short enough to finish', () => {
  const words = posts.map(({ body }) => body.match(/[\p{L}\p{N}]+/gu)?.length ?? 0)
  expect(Math.min(...words)).toBeGreaterThanOrEqual(80)
  expect(Math.max(...words)).toBeLessThanOrEqual(600)
})

test('together they show what a post can hold', () => {
  const all = posts.map(({ body }) => body).join('\n')
  for (const part of [/^## /m, /^- /m, /^\d\. /m, /^\|.*\|$/m, /^> /m, /^```/m, /\$BTC\b/]) {
    expect(all).toMatch(part)
  }
})

test('none is longer than the write side takes', () => {
  expect(posts.filter(({ body }) => body.length > 40_000)).toEqual([])
})
