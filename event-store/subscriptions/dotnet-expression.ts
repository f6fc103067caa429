// Reads a .NET regular expression as one of JavaScript's, and as the tree that says what it costs.
import { type AST, RegExpParser } from '@eslint-community/regexpp'

/** A regular expression and what it is made of. */
export interface Expression {
  readonly regexp: RegExp
  readonly alternatives: readonly AST.Alternative[]
}

/** Options in force from the pattern's beginning, as in `(?i)` or `(?im-s)`. */
const LEADING_OPTIONS = /^\(\?([imnsx]*)(?:-[imnsx]+)?\)/
/** What takes longer to read than any filter is worth; thousands of names side by side are shorter. */
const LONGEST_PATTERN = 64 * 1024

/** JavaScript has no words for .NET's places: each is written as a look around. */
const PLACES = {
  A: '(?<![\\s\\S])',
  z: '(?![\\s\\S])',
  Z: '(?=\\n?(?![\\s\\S]))',
} as const
/** A place that .NET names: the beginning, the end, or the end before a last new line. */
export type Place = keyof typeof PLACES

/** The place that a part of the tree stands for, if it is one. */
export const placeOf = ({ raw }: AST.Node): Place | undefined =>
  (Object.keys(PLACES) as Place[]).find(place => PLACES[place] === raw)

/** As ECMAScript 2024 has it, on a newer Node too: what that could add is understood by no other part. */
const PARSER = new RegExpParser({ ecmaVersion: 2024 })

function translated(body: string): string {
  return body.replaceAll(/\\([\s\S])|\(\?'(\w+)'/g, (whole, escaped, name) => {
    if (name !== undefined) return `(?<${name}>`
    return PLACES[escaped as Place] ?? whole
  })
}

/**
 * Makes a RegExp of a .NET expression: options written in front, `\A`, `\z`, `\Z` and `(?'name'...)` are translated;
 * what JavaScript can't say throws a SyntaxError.
 */
export function readExpression(pattern: string): Expression {
  if (pattern.length > LONGEST_PATTERN) {
    throw new SyntaxError(`It has more than ${LONGEST_PATTERN} characters.`)
  }
  const options = LEADING_OPTIONS.exec(pattern)
  if (options?.[1]?.includes('x')) throw new SyntaxError('The option x is not offered.')
  const source = translated(options ? pattern.slice(options[0].length) : pattern)
  const isUnicode = /\\[pP]\{/.test(source)
  const flags = [...new Set(options?.[1])].filter(option => option !== 'n').join('')
  const regexp = new RegExp(source, isUnicode ? `${flags}u` : flags)
  try {
    return {
      regexp,
      alternatives: PARSER.parsePattern(source, 0, source.length, isUnicode).alternatives,
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new SyntaxError('It is nested too deeply.', { cause })
  }
}
