// The shape of a decision: what a stream's history comes to, and what a command makes of it. Pure, no I/O, no clock.

/** A refusal is an expected outcome, told by a stable code of a closed union. */
export interface Refusal<Code extends string = string> {
  readonly refused: Code
}

/** How a stream's events fold into the state that decisions need. Unknown facts leave the state alone. */
export interface Evolution<State, Fact> {
  readonly initial: State
  readonly evolve: (state: State, fact: Fact) => State
}

/** New facts, none when it was done already, or a refusal. */
export type Decision<Fact, R extends Refusal> = readonly Fact[] | R

/** Whether a decision refused. */
export const isRefusal = <Fact, R extends Refusal>(decision: Decision<Fact, R>): decision is R =>
  !Array.isArray(decision)
