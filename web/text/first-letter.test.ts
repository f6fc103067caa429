import { expect, it } from 'vitest'
import { firstLetter, shownTitle } from './first-letter.ts'

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

it.each([
  ['A title', 'A title'],
  ['⚡', '⚡'],
  ['👩\u200d🚀', '👩\u200d🚀'],
  ['\u200b\u200b\u200b', 'Untitled'],
  ['\u200e \u2800\u3164\u00ad', 'Untitled'],
  ['', 'Untitled'],
])('the title %j is shown as %j', (title, shown) => {
  expect(shownTitle(title)).toBe(shown)
})
