// How long JavaScript's RegExp may take in the worst case: it tries one way after another, so the ways are counted.
import type { AST } from '@eslint-community/regexpp'
import { type Expression, placeOf } from './dotnet-expression.ts'

/** Longer than any text there is: a message has at most 16 MiB. */
export const ANY_LENGTH = 2 ** 24

/** Steps that one test may take: well under a millisecond, and some nanoseconds more for each character of the text. */
const MOST_STEPS = 200_000
const MOST_STEPS_A_CHARACTER = 100

/** What it takes to try a part of an expression at one place of a text, if all that follows fails. */
interface Cost {
  readonly steps: number
  /** In how many ways it matches: what follows is tried after each of them. */
  readonly ways: number
}
const ONE_STEP: Cost = { steps: 1, ways: 1 }

/** Costs in texts of up to a length. */
class Estimate {
  readonly #length: number
  readonly #longestOf = new Map<AST.CapturingGroup, number>()

  constructor(length: number) {
    this.#length = length
  }

  /** `isLast` where nothing follows: then the first way that matches is the end of the search. */
  ofAlternatives(alternatives: readonly AST.Alternative[], isLast: boolean): Cost {
    let [steps, ways] = [1, 0]
    for (const { elements } of alternatives) {
      const cost = this.#ofSequence(elements, isLast)
      steps += cost.steps
      ways += cost.ways
    }
    return { steps, ways }
  }

  #ofSequence(elements: readonly AST.Element[], isLast: boolean): Cost {
    let [steps, ways] = [1, 1]
    for (const [i, element] of elements.entries()) {
      const cost = this.#ofElement(element, isLast && i === elements.length - 1)
      steps += ways * cost.steps
      ways *= cost.ways
    }
    return { steps, ways }
  }

  #ofElement(element: AST.Element, isLast: boolean): Cost {
    switch (element.type) {
      case 'Group':
      case 'CapturingGroup':
        return this.ofAlternatives(element.alternatives, isLast)
      case 'Quantifier':
        return this.#ofQuantifier(element, isLast)
      case 'Assertion':
        if (!('alternatives' in element)) return ONE_STEP
        // However it holds, what follows is tried once.
        return { steps: this.ofAlternatives(element.alternatives, false).steps, ways: 1 }
      case 'Backreference':
        return { steps: 1 + this.#longestReference(element), ways: 1 }
      default:
        return ONE_STEP
    }
  }

  #ofQuantifier({ element, min, max }: AST.Quantifier, isLast: boolean): Cost {
    // Of a single character, what is more than the least is taken or left without trying anything twice.
    if (isLast && isSingle(element)) return { steps: min + 1, ways: 1 }
    const { steps, ways } = this.#ofElement(element, false)
    // Beyond the least, a turn that takes nothing is not taken.
    const most = Math.min(max, min + this.#length)
    const begun = powers(ways, 0, most)
    return { steps: begun * (steps + 1), ways: powers(ways, min, most) }
  }

  #longestReference({ resolved }: AST.Backreference): number {
    const lengths = [resolved].flat().map(group => {
      const known = this.#longestOf.get(group) ?? this.#longest(group)
      this.#longestOf.set(group, known)
      return known
    })
    return Math.max(...lengths)
  }

  /** The longest text that a part can match. */
  #longest(node: AST.Node): number {
    switch (node.type) {
      case 'CapturingGroup':
      case 'Group':
        return Math.max(...node.alternatives.map(each => this.#longest(each)))
      case 'Alternative':
        return node.elements.reduce((sum, each) => sum + this.#longest(each), 0)
      case 'Quantifier':
        return Math.min(node.max, this.#length) * this.#longest(node.element)
      case 'Assertion':
        return 0
      // One that refers to another is as long as it may be.
      case 'Backreference':
        return this.#length
      default:
        return 2
    }
  }
}

const isSingle = ({ type }: AST.QuantifiableElement): boolean =>
  type === 'Character' || type === 'CharacterClass' || type === 'CharacterSet'

/** The sum of the powers of a number from one exponent to another. */
function powers(base: number, from: number, to: number): number {
  if (base === 1) return to - from + 1
  const sum = (base ** (to + 1) - base ** from) / (base - 1)
  return Number.isNaN(sum) ? Infinity : sum
}

/** In how many steps a search finds that the text does not begin here, if every alternative begins by asking; else 0. */
function stepsToBeginning(alternatives: readonly AST.Alternative[], multiline: boolean): number {
  const steps = alternatives.map(({ elements: [first] }) => {
    if (first?.type === 'Group' || first?.type === 'CapturingGroup') {
      const inside = stepsToBeginning(first.alternatives, multiline)
      return inside > 0 ? 1 + inside : 0
    }
    if (first?.type !== 'Assertion') return 0
    return placeOf(first) === 'A' || (first.kind === 'start' && !multiline) ? 1 : 0
  })
  return steps.includes(0) ? 0 : steps.reduce((sum, each) => sum + each, 0)
}

/** The most steps that a search in texts of up to a length can take. */
export function stepsIn({ alternatives, regexp }: Expression, length: number): number {
  const { steps } = new Estimate(length).ofAlternatives(alternatives, true)
  const begin = stepsToBeginning(alternatives, regexp.multiline)
  // A search begins at every character, and goes no further where the text would have to begin.
  return begin > 0 ? steps + (length + 1) * begin : (length + 1) * steps
}

/** The longest text that JavaScript's RegExp tests quickly whatever is in it; -1 if there is none. */
export function longestQuick(expression: Expression): number {
  const isQuick = (length: number): boolean =>
    stepsIn(expression, length) <= MOST_STEPS + length * MOST_STEPS_A_CHARACTER
  if (isQuick(ANY_LENGTH)) return ANY_LENGTH
  let [quick, slow] = [-1, ANY_LENGTH]
  while (slow - quick > 1) {
    const middle = Math.floor((quick + slow) / 2)
    if (isQuick(middle)) quick = middle
    else slow = middle
  }
  return quick
}
