// Lets the store and the null server run in turns (A B A B …), so that whatever else the machine does meets both alike.
import type { EventStoreDBClient } from '@eventstore/db-client'
import type { Options } from './options.ts'
import { median } from './statistics.ts'

/** One of the servers that are compared, and the official client on it. */
export interface Contestant {
  readonly client: EventStoreDBClient
  readonly pid: number
}

/** What every measure is given. */
export interface Stage {
  readonly options: Options
  readonly store: Contestant
  /** The same transport, which answers at once and keeps nothing: what client and machine allow. */
  readonly nothing: Contestant
  /** The store's folder. */
  readonly dir: string
  readonly progress: (line: string) => void
}

/** What both reached: the medians of their rounds, each of which gives one number or several. */
export interface Standing {
  readonly store: readonly number[]
  readonly nothing: readonly number[]
}

/** Runs rounds of both in turn, the first of each only to warm up. */
export async function contest(
  stage: Stage,
  round: (client: EventStoreDBClient) => Promise<readonly number[]>,
): Promise<Standing> {
  const { store, nothing, options } = stage
  const results = [store, nothing].map(({ client }) => ({ client, rounds: [] as number[][] }))
  for (let i = 0; i <= options.rounds; i++) {
    for (const { client, rounds } of results) {
      const numbers = await round(client)
      if (i > 0) rounds.push([...numbers])
    }
  }
  const [ours, theirs] = results.map(({ rounds }) =>
    (rounds[0] ?? []).map((_, i) => median(rounds.map(numbers => numbers[i] as number))),
  )
  return { store: ours as number[], nothing: theirs as number[] }
}

/** Has an action done over and over, so many at a time, and gives how often a second. */
export async function rateOf(
  action: () => Promise<unknown>,
  { inFlight, seconds }: { readonly inFlight: number; readonly seconds: number },
): Promise<number> {
  const start = performance.now()
  const end = start + seconds * 1000
  let count = 0
  const work = async (): Promise<void> => {
    do {
      await action()
      count++
    } while (performance.now() < end)
  }
  await Promise.all(Array.from({ length: inFlight }, work))
  return (count * 1000) / (performance.now() - start)
}
