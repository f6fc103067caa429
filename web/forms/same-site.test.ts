import { expect, it } from 'vitest'
import { sameSitePath } from './same-site.ts'

it.each(['/', '/posts/new', '/posts?tag=fees&q=a', '/market/bitcoin#said'])('stays on %s', path => {
  expect(sameSitePath(path, '/fallback')).toBe(path)
})

it.each([
  '//evil.example',
  '/\\evil.example',
  'https://evil.example/',
  'javascript:alert(1)',
  'posts',
  '/\t/evil.example',
  '/ok\nSet-Cookie: a=b',
  '',
  null,
  undefined,
])('does not leave for %j', path => {
  expect(sameSitePath(path, '/fallback')).toBe('/fallback')
})
