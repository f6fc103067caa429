import { expect, it } from 'vitest'
import { firstLetter } from './first-letter.ts'

it.each([
  ['fees', 'F'],
  ['🚀 To the moon', '🚀'],
  ['👩‍👩‍👧 and I', '👩‍👩‍👧'],
  ['🇨🇭 banks', '🇨🇭'],
  ['e\u0301tat', 'E\u0301'],
  ['한국', '한'],
  ['هل حان', 'ه'],
  ['\u200f\u2067 עברית', 'ע'],
  ['  \u00adindented', 'I'],
  ['', ''],
  ['\u200b', ''],
])('of %j is %j', (text, letter) => {
  expect(firstLetter(text)).toBe(letter)
})
