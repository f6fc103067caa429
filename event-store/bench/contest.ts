// Lets the store and the null server run in turns (A B A B …), so that whatever else the machine does meets both alike.
import type { EventStoreDBClient } from '@eventstore/db-client'
import type { Options } from './options.ts'
import { median } from './statistics.ts'

/** One of the servers that are compared: the official client on it. */
export interface Contestant {
  readonly client: EventStoreDBClient
}

/** One that this run has started. */
export interface OwnContestant extends Contestant {
  readonly pid: number
}

/** What every measure is given. */
export interface Stage {
  readonly options: Options
  readonly store: OwnContestant
  /** The same transport, which answers at once and keeps nothing: what client and machine allow. */
  readonly nothing: OwnContestant
  /** Another server that somebody has started, such as a real EventStoreDB. */
  readonly rival: Contestant | undefined
  /** The store's folder. */
  readonly dir: string
  readonly progress: (line: string) => void
}

/** What each reached: the medians of its rounds, each of which gives one number or several. */
export interface Standing {
  readonly store: readonly number[]
  readonly nothing: readonly number[]
  readonly rival: readonly number[] | undefined
}

/** Runs rounds of all in turn, the first of each only to warm up. */
export async function contest(
  { store, nothing, rival, options }: Stage,
  round: (client: EventStoreDBClient) => Promise<readonly number[]>,
): Promise<Standing> {
  const contestants = rival ? [store, nothing, rival] : [store, nothing]
  const results = contestants.map(({ client }) => ({ client, rounds: [] as number[][] }))
  for (let i = 0; i <= options.rounds; i++) {
    for (const { client, rounds } of results) {
      const numbers = await round(client)
      if (i > 0) rounds.push([...numbers])
    }
  }
  const [ours, theirs, rivals] = results.map(({ rounds }) =>
    (rounds[0] ?? []).map((_, i) => median(rounds.map(numbers => numbers[i] as number))),
  )
  return { store: ours as number[], nothing: theirs as number[], rival: rivals }
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
