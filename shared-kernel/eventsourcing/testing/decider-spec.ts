// Given events, when a command, then events or a refusal: how deciders are tested.
import { expect } from 'vitest'
import { type Decision, type Evolution, isRefusal, type Refusal } from '../decider.ts'

/** The state that `history` comes to, and what a decision makes of it. */
export function given<State, Read, Fact, R extends Refusal>(
  evolution: Evolution<State, Read>,
  ...history: readonly Read[]
) {
  const state = history.reduce(evolution.evolve, evolution.initial)
  return {
    when: (decide: (state: State) => Decision<Fact, R>) => {
      const decision = decide(state)
      return {
        thenFacts: (...facts: readonly Fact[]) => expect(decision).toEqual(facts),
        thenNothing: () => expect(decision).toEqual([]),
        thenRefused: (refusal: R) => {
          expect(isRefusal(decision)).toBe(true)
          expect(decision).toEqual(refusal)
        },
      }
    },
  }
}
