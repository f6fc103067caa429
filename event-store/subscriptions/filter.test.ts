// Regular expressions of .NET, as far as they can be followed, and those that are refused.
import { expect, test } from 'vitest'
import { testOf } from './filter.ts'

test.each<[string, string, boolean]>([
  ['(?i)ab', 'xAB', true],
  ['ab', 'xAB', false],
  ['\\Aab\\z', 'ab', true],
  ['\\Aab\\z', 'abc', false],
  ['ab\\Z', 'ab\n', true],
  ['ab\\Z', 'ab\n\n', false],
  ['(?m)\\Ab', 'a\nb', false],
  ["(?'name'a)b", 'ab', true],
  ['(?<name>a)\\k<name>', 'aa', true],
  ['^[^$]', '$x', false],
  ['\\p{Lu}x', 'Äx', true],
  ['\\\\A', '\\A', true],
  ['a/b', 'a/b', true],
])('%s on %j is %s', (pattern, text, matches) => {
  expect(testOf(pattern)(text)).toBe(matches)
  // The same in front of a text that takes the other engine, for those that may stand anywhere.
  const nested = `(?:(?:z*)*)(?:${pattern.replace('(?i)', '').replace('(?m)', '')})`
  const options = /^\(\?[im]\)/.exec(pattern)?.[0] ?? ''
  if (!pattern.includes('\\k')) expect(testOf(options + nested)(text)).toBe(matches)
})

test.each([
  ['(', /Unterminated group/],
  ['(?x)a b', /option x/],
  ['(?!.*foo)', /looking around/],
  ['^(.+)-\\1$', /referring back/],
  ['(?:a+)+(?=b)', /looking around/],
  ['(a{1000}){1000}b', /too large/],
  ['(?:){1000000}', /too large/],
  ['('.repeat(3000) + ')'.repeat(3000), /nested too deeply/],
  ['a'.repeat(70_000), /more than 65536 characters/],
])('%.20s is refused: %s', (pattern, words) => {
  expect(() => testOf(pattern)).toThrow(SyntaxError)
  expect(() => testOf(pattern)).toThrow(words)
})
