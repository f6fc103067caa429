// The automaton says of every text what JavaScript's RegExp says, and forgets nothing that matters.
import { createContext, Script } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mixedLetters, patterns, texts } from '../conformance/random-expressions.ts'
import { Automaton } from './automaton.ts'
import { readExpression } from './dotnet-expression.ts'

const TEST = new Script('regexp.test(text)')
const box = createContext({})

/** What RegExp says of a text; undefined where it tries one way after another for longer than a test may last. */
function native(regexp: RegExp, text: string): boolean | undefined {
  Object.assign(box, { regexp, text })
  try {
    return TEST.runInContext(box, { timeout: 500 }) as boolean
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  }
}

test('it agrees with RegExp, of random expressions with any options', () => {
  const options = fc.subarray(['i', 'm', 's']).map(all => (all.length ? `(?${all.join('')})` : ''))
  fc.assert(
    fc.property(
      options,
      patterns({ words: true }),
      fc.array(texts, { minLength: 3, maxLength: 12 }),
      (front, pattern, some) => {
        const expression = readExpression(front + pattern)
        const automaton = new Automaton(expression)
        const { regexp } = expression
        for (const text of some) {
          const expected = native(regexp, text)
          if (expected === undefined) break
          expect([text, automaton.test(text)]).toEqual([text, expected])
        }
      },
    ),
    { numRuns: 600 },
  )
})

test.each<[string, string]>([
  ['^.$', '😀'],
  ['^..$', '😀'],
  ['^[^\\uD83D]+$', '😀'],
  ['^\\p{So}.$', '😀x'],
  ['^\\P{L}\\p{L}$', '😀x'],
  ['😀+$', 'x😀'],
  ['(?i)^ß$', 'ẞ'],
  ['(?i)k', '\u212A'],
  ['(?i)[^k]', 'K'],
  ['(?i)\\u0131', 'I'],
  ['(?i)ärger', 'ÄRGER'],
  ['^.$', '\r'],
  ['^.$', '\u2028'],
  ['(?m)^b', 'a\u2029b'],
  ['(?s)^.b', '\nb'],
  ['^\\s$', '\ufeff'],
  ['^[\\b]$', '\b'],
  ['a\\Z', 'a\n'],
  ['a\\Z', 'a\n\n'],
  ['a\\Z\\n', 'a\n'],
  ['\\n\\z', 'a\n'],
  ['^a{,2}$', 'a{,2}'],
  ['^]{', ']{'],
  ['^\\u{2}$', 'uu'],
  ['^\\101$', 'A'],
  ['^[]', 'a'],
  ['^[^]$', 'a'],
])('it agrees with RegExp: %s on %j', (pattern, text) => {
  const expression = readExpression(pattern)
  expect(new Automaton(expression).test(text)).toBe(expression.regexp.test(text))
})

test('it remembers only so much, and goes on as if it remembered all', () => {
  // Which of the last dozen characters were an a makes thousands of states, so many that it forgets them on the way.
  const expression = readExpression('^(?:a|b)*a[ab]{11}c')
  const automaton = new Automaton(expression)
  const letters = mixedLetters(30_000)
  for (const end of [letters, `${letters}a${'b'.repeat(11)}c`, `${letters}b${'b'.repeat(11)}c`]) {
    expect(automaton.test(end)).toBe(expression.regexp.test(end))
  }
})

test('what would take too long is refused for that text, and others are tested on', () => {
  const automaton = new Automaton(readExpression('a[ab]{300}c'))
  expect(() => automaton.test(mixedLetters(200_000))).toThrow(
    'The regular expression takes too long for a text of 200000 characters.',
  )
  expect(automaton.test(`a${'b'.repeat(300)}c`)).toBe(true)
})
