// Lets contestants run in turns (A B C A B C …), so that whatever else the machine does meets them alike.
import { median } from './statistics.ts'

export interface Contestant {
  readonly name: string
  /** Runs once; gives the rate it reached, per second. */
  readonly round: () => Promise<number>
}

export interface Standing {
  readonly name: string
  readonly rates: readonly number[]
  readonly median: number
}

export interface ContestOptions {
  readonly rounds: number
  /** Runs each once more before the first round that counts. */
  readonly warmUp?: boolean
  readonly onRound?: (name: string, round: number, rate: number) => void
}

/** The standings, in the order of the contestants. */
export async function contest(
  contestants: readonly Contestant[],
  { rounds, warmUp = true, onRound }: ContestOptions,
): Promise<Standing[]> {
  const rates = contestants.map((): number[] => [])
  for (let round = warmUp ? 0 : 1; round <= rounds; round++)
    for (const [index, contestant] of contestants.entries()) {
      const rate = await contestant.round()
      onRound?.(contestant.name, round, rate)
      if (round > 0) rates[index]?.push(rate)
    }
  return contestants.map(({ name }, index) => {
    const mine = rates[index] ?? []
    return { name, rates: mine, median: median(mine) }
  })
}
