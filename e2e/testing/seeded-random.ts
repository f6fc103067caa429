// Chance that can be had again: the same seed makes the same choices.

export interface Chance {
  /** A whole number from 0 up to, but not including, `below`. */
  whole(below: number): number
  pick<T>(from: readonly T[]): T
  /** True this often, from 0 to 1. */
  happens(probability: number): boolean
  /** Between none and `most` of them, in any order, the same one perhaps twice. */
  some<T>(from: readonly T[], most: number): T[]
}

/** Choices by mulberry32. */
export function seededChance(seed: number): Chance {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (below: number) => Math.floor(next() * below)
  const pick = <T>(from: readonly T[]): T => {
    if (from.length === 0) throw new Error('There is nothing to pick from')
    return from[whole(from.length)] as T
  }
  return {
    whole,
    pick,
    happens: probability => next() < probability,
    some: (from, most) => Array.from({ length: whole(most + 1) }, () => pick(from)),
  }
}
