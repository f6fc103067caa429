// Random regular expressions of a small grammar, and texts that they have a chance to match, for tests.
import fc from 'fast-check'

const CHARACTERS = ['a', 'b', '-', '\\n', '.', '[ab]', '[^a]', '\\w', '\\s']
const QUANTIFIERS = ['', '', '', '*', '+', '?', '*?', '+?', '{2}', '{0,2}', '{1,}', '{0}']
const BOUNDARIES = ['^', '$']
const WORD_BOUNDARIES = ['\\b', '\\B']

/** Expressions with groups, alternatives and repetitions, nested some levels deep. */
export function patterns({ lookingAround = false, words = false }): fc.Arbitrary<string> {
  const { pattern } = fc.letrec<{ pattern: string; sequence: string; part: string }>(tie => ({
    pattern: fc
      .array(tie('sequence'), { minLength: 1, maxLength: 3 })
      .map(alternatives => alternatives.join('|')),
    sequence: fc.array(tie('part'), { maxLength: 4 }).map(parts => parts.join('')),
    part: fc.oneof(
      { depthSize: 'xsmall', withCrossShrink: true },
      repeated(fc.constantFrom(...CHARACTERS)),
      fc.constantFrom(...BOUNDARIES, ...(words ? WORD_BOUNDARIES : [])),
      repeated(tie('pattern').map(inner => `(${inner})`)),
      ...(lookingAround ? [tie('pattern').map(inner => `(?!${inner})`)] : []),
    ),
  }))
  return pattern
}

const repeated = (part: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(part, fc.constantFrom(...QUANTIFIERS)).map(parts => parts.join(''))

/** A long text of two letters in no order, the same each time. */
export function mixedLetters(count: number): string {
  let seed = 1
  return Array.from({ length: count }, () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % 2 ? 'a' : 'b'
  }).join('')
}

/** Short texts of the same characters. */
export const texts: fc.Arbitrary<string> = fc
  .array(fc.constantFrom('a', 'a', 'b', '-', 'A', '\n', 'é'), { maxLength: 9 })
  .map(characters => characters.join(''))
