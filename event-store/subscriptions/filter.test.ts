// Regular expressions of .NET, as far as JavaScript can follow.
import { expect, test } from 'vitest'
import { translateRegex } from './filter.ts'

test.each<[string, string, boolean]>([
  ['(?i)ab', 'xAB', true],
  ['ab', 'xAB', false],
  ['\\Aab\\z', 'ab', true],
  ['\\Aab\\z', 'abc', false],
  ['(?m)\\Ab', 'a\nb', false],
  ["(?'name'a)b", 'ab', true],
  ['(?<name>a)\\k<name>', 'aa', true],
  ['^[^$]', '$x', false],
  ['\\p{Lu}x', 'Äx', true],
  ['\\\\A', '\\A', true],
])('%s on %j is %s', (pattern, text, matches) => {
  expect(translateRegex(pattern).test(text)).toBe(matches)
})

test('what can not be read throws', () => {
  expect(() => translateRegex('(')).toThrow(SyntaxError)
})
