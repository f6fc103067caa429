// Tests a text in one pass, whatever the expression: all ways are followed at once, so none has to be tried again.
import { GrpcError, Status } from '../transport/status.ts'
import type { Expression } from './dotnet-expression.ts'
import { type Instruction, type Program, programOf, type Side } from './program.ts'

/** What one test may take where it meets what it has not met before, in instructions: tenths of a second. */
const MOST_WORK = 4_000_000
/** What is remembered from test to test, in numbers that are kept: a few megabytes. */
const MOST_REMEMBERED = 200_000
/** Asking a taker, compared with an instruction; and what an object takes, compared with a number. */
const TAKER_WORK = 5
const OBJECT_SIZE = 10

const NEW_LINE = 10
/** Stands among the characters for a new line that is the last of the text. */
const LAST_NEW_LINE = 0x110000
const LAST_UNIT = 0xffff

/** Characters that no part of the program tells apart. */
interface CharacterClass {
  readonly id: number
  readonly side: Side
  /** By the takers' numbers. */
  readonly takes: readonly boolean[]
}
const NOTHING: CharacterClass = { id: 0, side: 'nothing', takes: [] }

/** Where the program may be after what was read. */
interface State {
  readonly instructions: readonly number[]
  readonly before: Side
  /** By the classes' ids, as far as they were met here. */
  readonly next: (State | undefined)[]
}
const FOUND: State = { instructions: [], before: 'nothing', next: [] }
const NOT_FOUND: State = { instructions: [], before: 'nothing', next: [] }

/** Numbers below a limit, each once. */
class NumberSet {
  /** In which round each was added last: counted so that no server runs long enough for a number to come again. */
  readonly #rounds: Float64Array
  #round = 0
  numbers: number[] = []

  constructor(limit: number) {
    this.#rounds = new Float64Array(limit)
  }

  clear(): void {
    this.#round++
    this.numbers = []
  }

  add(number: number): void {
    if (this.#rounds[number] === this.#round) return
    this.#rounds[number] = this.#round
    this.numbers.push(number)
  }
}

/** An expression that is ready to test texts, and remembers what it has met. */
export class Automaton {
  readonly #program: Program
  readonly #isUnicode: boolean
  readonly #reached: NumberSet
  readonly #following: NumberSet
  readonly #states = new Map<string, State>()
  readonly #classes = new Map<string, CharacterClass>()
  /** By the characters' codes. */
  #classOf: CharacterClass[] = []
  #start: State | undefined
  #remembered = 0
  #work = 0

  /** Throws a SyntaxError for an expression that can't be tested in one pass. */
  constructor(expression: Expression) {
    this.#program = programOf(expression)
    this.#isUnicode = expression.regexp.unicode
    this.#reached = new NumberSet(this.#program.instructions.length)
    this.#following = new NumberSet(this.#program.instructions.length)
  }

  /** Whether the expression matches anywhere in a text. Throws a `GrpcError` where that would take too long. */
  test(text: string): boolean {
    this.#work = 0
    this.#start ??= this.#stateOf([this.#program.start], 'nothing')
    let state = this.#start
    for (let i = 0; i < text.length; i++) {
      const code = this.#isUnicode ? (text.codePointAt(i) as number) : text.charCodeAt(i)
      if (code > LAST_UNIT) i++
      const isLast = code === NEW_LINE && i === text.length - 1
      const read = this.#classOf[isLast ? LAST_NEW_LINE : code] ?? this.#classify(code, isLast)
      state = state.next[read.id] ?? this.#stepAnew(state, read, text)
      if (state === FOUND) return true
    }
    return (state.next[NOTHING.id] ?? this.#step(state, NOTHING)) === FOUND
  }

  #stepAnew(state: State, read: CharacterClass, text: string): State {
    const next = this.#step(state, read)
    if (this.#work > MOST_WORK) throw tookTooLong(text.length)
    return this.#remembered > MOST_REMEMBERED && next !== FOUND ? this.#forget(next) : next
  }

  #step(state: State, read: CharacterClass): State {
    const { instructions, start } = this.#program
    this.#reached.clear()
    this.#following.clear()
    for (const number of state.instructions) this.#reached.add(number)
    const reached = this.#reached.numbers
    // Those that are reached on the way are looked at in their turn.
    for (const number of reached) {
      const instruction = instructions[number] as Instruction
      if (instruction.kind === 'found') return this.#remember(state, read, FOUND)
      if (instruction.kind === 'fork') {
        this.#reached.add(instruction.next)
        this.#reached.add(instruction.other)
      } else if (instruction.kind === 'take') {
        if (read.takes[instruction.what]) this.#following.add(instruction.next)
      } else if (instruction.holds(state.before, read.side)) this.#reached.add(instruction.next)
    }
    this.#work += reached.length
    if (read === NOTHING) return this.#remember(state, read, NOT_FOUND)
    // A match may begin at any character.
    this.#following.add(start)
    const following = this.#following.numbers.sort((a, b) => a - b)
    return this.#remember(state, read, this.#stateOf(following, read.side))
  }

  #remember(state: State, read: CharacterClass, next: State): State {
    state.next[read.id] = next
    this.#remembered++
    return next
  }

  #stateOf(instructions: readonly number[], before: Side): State {
    this.#work += instructions.length
    const key = `${before} ${instructions.join()}`
    let state = this.#states.get(key)
    if (!state) {
      state = { instructions, before, next: [] }
      this.#states.set(key, state)
      this.#remembered += OBJECT_SIZE + instructions.length
    }
    return state
  }

  /** Asks the takers about a character that was not met before. */
  #classify(code: number, isLastNewLine: boolean): CharacterClass {
    const character = String.fromCodePoint(code)
    const { takers, sideOf } = this.#program
    this.#work += takers.length * TAKER_WORK
    const takes = takers.map(taker => taker(character))
    const side = isLastNewLine ? 'last-new-line' : sideOf(character)
    const key = `${side} ${takes.map(Number).join('')}`
    let known = this.#classes.get(key)
    if (!known) {
      known = { id: this.#classes.size + 1, side, takes }
      this.#classes.set(key, known)
      this.#remembered += OBJECT_SIZE + takes.length
    }
    this.#classOf[isLastNewLine ? LAST_NEW_LINE : code] = known
    this.#remembered++
    return known
  }

  /** Begins anew to remember, with the state that a test has reached. */
  #forget({ instructions, before }: State): State {
    this.#states.clear()
    this.#classes.clear()
    this.#classOf = []
    this.#start = undefined
    this.#remembered = 0
    return this.#stateOf(instructions, before)
  }
}

const tookTooLong = (length: number): GrpcError =>
  new GrpcError(
    Status.RESOURCE_EXHAUSTED,
    `The regular expression takes too long for a text of ${length} characters.`,
  )
