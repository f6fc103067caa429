// What a search that tries one way after another costs, held against such a search.
import type { AST } from '@eslint-community/regexpp'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { patterns, texts } from '../conformance/random-expressions.ts'
import { ANY_LENGTH, longestQuick, stepsIn } from './backtracking.ts'
import { readExpression } from './dotnet-expression.ts'

const longest = (pattern: string): number => longestQuick(readExpression(pattern))

test.each([
  '^wanted$',
  '^[^\\$].*',
  '^(foo|bar)-',
  '(?i)ab',
  '\\Aorder-.*\\z',
  '^.*-created$',
  '^(user|post|comment)-[0-9a-f]{8}-[0-9a-f-]+$',
  'order-.+',
  '^(?!\\$).*-test',
  '^(?!.*test)(?!.*draft).*$',
  '(?<name>a|bc)\\k<name>',
])('%s is quick in any text', pattern => {
  expect(longest(pattern)).toBe(ANY_LENGTH)
})

test.each<[string, number, number]>([
  ['order.*created', 50, 1000],
  ['^a.*b.*c', 50, 2000],
  ['(?m)^b.*c', 50, 1000],
  ['^(.+)-\\1$', 50, 1000],
  ['x(a.*|b)c', 50, 1000],
  ['^x|a.*c', 50, 1000],
  ['(?=a.*)b', 50, 1000],
  ['(a+)+$', 0, 20],
  ['^(a|aa)+$', 0, 30],
  ['(a?){50}a{50}', 0, 20],
  ['(?:x{0,100}){0,100}y', -1, 20],
])('%s is quick in texts of %i characters, but not in those of %i', (pattern, quick, slow) => {
  expect(longest(pattern)).toBeGreaterThanOrEqual(quick)
  expect(longest(pattern)).toBeLessThan(slow)
})

test('no search takes more steps than were estimated', () => {
  fc.assert(
    fc.property(patterns({ lookingAround: true }), texts, (pattern, text) => {
      const expression = readExpression(pattern)
      const most = stepsIn(expression, text.length)
      fc.pre(most < 1e6)
      expect(new Search(text, expression.alternatives).run()).toBeLessThanOrEqual(most)
    }),
    { numRuns: 1000, examples: [['(^)$', 'aaaaa']] },
  )
})

type Then = (at: number) => boolean

/** Searches as JavaScript's RegExp does, and counts what it tries; it knows the parts that random expressions have. */
class Search {
  readonly #text: string
  readonly #alternatives: readonly AST.Alternative[]
  #steps = 0

  constructor(text: string, alternatives: readonly AST.Alternative[]) {
    this.#text = text
    this.#alternatives = alternatives
  }

  run(): number {
    for (let at = 0; at <= this.#text.length; at++) {
      if (this.#oneOf(this.#alternatives, at, () => true)) break
    }
    return this.#steps
  }

  #oneOf(alternatives: readonly AST.Alternative[], at: number, then: Then): boolean {
    return alternatives.some(({ elements }) => this.#sequence(elements, at, then))
  }

  #sequence([first, ...rest]: readonly AST.Element[], at: number, then: Then): boolean {
    if (!first) return then(at)
    return this.#element(first, at, end => this.#sequence(rest, end, then))
  }

  #element(element: AST.Element, at: number, then: Then): boolean {
    this.#steps++
    switch (element.type) {
      case 'Group':
      case 'CapturingGroup':
        return this.#oneOf(element.alternatives, at, then)
      case 'Quantifier':
        return this.#repeated(element, 0, at, then)
      case 'Assertion':
        return this.#holds(element, at) && then(at)
      default:
        return new RegExp(`^${element.raw}$`).test(this.#text.charAt(at)) && then(at + 1)
    }
  }

  #repeated(quantifier: AST.Quantifier, done: number, at: number, then: Then): boolean {
    const { element, min, max, greedy } = quantifier
    const again = (): boolean =>
      done < max &&
      this.#element(element, at, end => {
        if (done >= min && end === at) return false
        return this.#repeated(quantifier, done + 1, end, then)
      })
    if (done < min) return again()
    return greedy ? again() || then(at) : then(at) || again()
  }

  #holds(assertion: AST.Assertion, at: number): boolean {
    switch (assertion.kind) {
      case 'start':
        return at === 0
      case 'end':
        return at === this.#text.length
      case 'lookahead':
        return this.#oneOf(assertion.alternatives, at, () => true) !== assertion.negate
      default:
        throw new Error(`${assertion.raw} is none of the random parts.`)
    }
  }
}
