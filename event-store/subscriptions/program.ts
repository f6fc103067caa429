// A regular expression as a program for the automaton: instructions that take a character, fork, or hold at some places.
import type { AST } from '@eslint-community/regexpp'
import { type Expression, placeOf } from './dotnet-expression.ts'

/** What is to one side of a place in a text, as far as boundaries ask; a new line is told apart if it is the last. */
export type Side = 'nothing' | 'last-new-line' | 'line-end' | 'word' | 'other'

/** Goes on with the instruction `next`: after a character that the taker `what` takes, here and at `other`, … */
export type Instruction =
  | { readonly kind: 'take'; readonly what: number; readonly next: number }
  | { readonly kind: 'fork'; readonly next: number; other: number }
  | { readonly kind: 'at'; readonly holds: Boundary; readonly next: number }
  | { readonly kind: 'found' }

type Boundary = (before: Side, after: Side) => boolean
/** Whether a character is one of those that a part of the expression means. */
export type Taker = (character: string) => boolean

export interface Program {
  readonly instructions: readonly Instruction[]
  readonly start: number
  readonly takers: readonly Taker[]
  /** Which side a character is, for the boundaries of this expression. */
  readonly sideOf: (character: string) => Side
}

/** Far more than an expression that people write has, its repetitions written out. */
const MOST_INSTRUCTIONS = 10_000

const endsLine = (side: Side): boolean => side !== 'word' && side !== 'other'
const textBegins: Boundary = before => before === 'nothing'
const textEnds: Boundary = (_, after) => after === 'nothing'
const lastLineEnds: Boundary = (_, after) => after === 'nothing' || after === 'last-new-line'
const lineBegins: Boundary = before => endsLine(before)
const lineEnds: Boundary = (_, after) => endsLine(after)
const wordEnds: Boundary = (before, after) => (before === 'word') !== (after === 'word')
const wordGoesOn: Boundary = (before, after) => !wordEnds(before, after)

/** Writes an expression down from its end: each instruction knows those that it goes on with. */
class Compiler {
  readonly #expression: Expression
  readonly #instructions: Instruction[] = [{ kind: 'found' }]
  readonly #takers: Taker[] = []
  readonly #takerNumbers = new Map<string, number>()
  #parts = 0

  constructor(expression: Expression) {
    this.#expression = expression
  }

  compile(): Program {
    const start = this.#alternatives(this.#expression.alternatives, 0)
    const isWord = this.#taking('\\w')
    const endsLine = this.#taking('[\\n\\r\\u2028\\u2029]')
    return {
      instructions: this.#instructions,
      start,
      takers: this.#takers,
      sideOf: character =>
        isWord(character) ? 'word' : endsLine(character) ? 'line-end' : 'other',
    }
  }

  #add(instruction: Instruction): number {
    this.#count()
    return this.#instructions.push(instruction) - 1
  }

  /** Also parts that leave no instruction take their time, if they are repeated often enough. */
  #count(): void {
    if (++this.#parts > MOST_INSTRUCTIONS) {
      throw new SyntaxError('It is too large with its repetitions written out.')
    }
  }

  #alternatives(alternatives: readonly AST.Alternative[], next: number): number {
    return alternatives
      .map(({ elements }) =>
        elements.reduceRight((after, each) => this.#element(each, after), next),
      )
      .reduceRight((other, each) => this.#add({ kind: 'fork', next: each, other }))
  }

  #element(element: AST.Element, next: number): number {
    this.#count()
    switch (element.type) {
      case 'Group':
      case 'CapturingGroup':
        return this.#alternatives(element.alternatives, next)
      case 'Quantifier':
        return this.#quantifier(element, next)
      case 'Assertion':
        return this.#add({ kind: 'at', holds: this.#boundary(element), next })
      case 'Character':
      case 'CharacterClass':
      case 'CharacterSet':
        return this.#add({ kind: 'take', what: this.#taker(element), next })
      default:
        throw new SyntaxError(TOO_SLOW)
    }
  }

  #quantifier({ element, min, max }: AST.Quantifier, next: number): number {
    let entry = next
    if (max === Infinity) {
      const loop: Instruction = { kind: 'fork', next, other: 0 }
      entry = this.#add(loop)
      loop.other = this.#element(element, entry)
    } else {
      for (let i = min; i < max; i++) {
        entry = this.#add({ kind: 'fork', next, other: this.#element(element, entry) })
      }
    }
    for (let i = 0; i < min; i++) entry = this.#element(element, entry)
    return entry
  }

  #boundary(assertion: AST.Assertion): Boundary {
    const { multiline } = this.#expression.regexp
    const place = placeOf(assertion)
    if (place) return { A: textBegins, z: textEnds, Z: lastLineEnds }[place]
    if (assertion.kind === 'start') return multiline ? lineBegins : textBegins
    if (assertion.kind === 'end') return multiline ? lineEnds : textEnds
    if (assertion.kind === 'word') return assertion.negate ? wordGoesOn : wordEnds
    throw new SyntaxError(TOO_SLOW)
  }

  #taker(element: AST.Character | AST.CharacterClass | AST.CharacterSet): number {
    const literal = element.type === 'Character' ? String.fromCodePoint(element.value) : undefined
    const key = literal ?? `one of ${element.raw}`
    let number = this.#takerNumbers.get(key)
    if (number === undefined) {
      number = this.#takers.push(this.#takerOf(element, literal)) - 1
      this.#takerNumbers.set(key, number)
    }
    return number
  }

  #takerOf({ raw }: AST.Node, literal: string | undefined): Taker {
    const { ignoreCase, unicode } = this.#expression.regexp
    if (literal === undefined) return this.#taking(raw)
    if (!ignoreCase) return character => character === literal
    const hex = (literal.codePointAt(0) as number).toString(16)
    return this.#taking(unicode ? `\\u{${hex}}` : `\\u${hex.padStart(4, '0')}`)
  }

  /** JavaScript itself says what a class, an escape or a letter in either case means. */
  #taking(source: string): Taker {
    const whole = new RegExp(`^${source}$`, this.#expression.regexp.flags.replace('m', ''))
    return character => whole.test(character)
  }
}

const TOO_SLOW =
  'It could take very long with some texts: looking around and referring back are offered where that can be ruled out.'

/**
 * The program of an expression. Throws a SyntaxError where it would be too large, and for what no pass over a text can
 * decide: looking around and referring back.
 */
export const programOf = (expression: Expression): Program => new Compiler(expression).compile()
