// How much a run of the benchmarks measures: from the command line.
import { parseArgs } from 'node:util'

export const measureNames = ['reads', 'appends', 'batches', 'live', 'scan', 'start'] as const
export type MeasureName = (typeof measureNames)[number]

export interface Options {
  readonly measures: readonly MeasureName[]
  /** Rounds of each contestant that count; one more before them warms up. */
  readonly rounds: number
  readonly secondsPerRound: number
  /** Events of the stream that is read and caught up with. */
  readonly events: number
  /** Events that a filter goes through. */
  readonly scanned: number
  /** Events whose way to a subscriber is timed, in each round. */
  readonly liveSamples: number
  readonly json: boolean
  /** Where another server listens that takes part. */
  readonly rival: string | undefined
}

const full = { rounds: 5, secondsPerRound: 2, events: 50_000, scanned: 1_000_000, liveSamples: 500 }
const smoke = { rounds: 1, secondsPerRound: 0.1, events: 300, scanned: 2_000, liveSamples: 20 }

export const usage = `npm run bench -w @cryptotalks/event-store -- [options]
  --smoke      a run of seconds that proves only that everything can be measured
  --only a,b   of: ${measureNames.join(', ')}
  --rounds n   rounds of each contestant (${full.rounds})
  --seconds n  length of a round of appends or small reads (${full.secondsPerRound})
  --events n   events of the stream that is read (${full.events})
  --scanned n  events that a filter goes through (${full.scanned})
  --rival url  another server that takes part, such as a real EventStoreDB; its folder fills up
  --json       print JSON instead of a table`

const isMeasure = (name: string): name is MeasureName =>
  (measureNames as readonly string[]).includes(name)

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} must be more than 0`)
  return value
}

/** Reads the command line; undefined when help was asked for. Throws, naming the flag, on anything it can't read. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ help: flag, smoke: flag, json: flag, only: text },
      ...{ rounds: text, seconds: text, events: text, scanned: text, rival: text },
    },
  })
  if (values.help) return undefined
  const size = values.smoke ? smoke : full
  const names = (values.only ?? measureNames.join(',')).split(',')
  const unknown = names.find(name => !isMeasure(name))
  if (unknown !== undefined) throw new Error(`--only: there is no measure named ${unknown}`)
  return {
    measures: measureNames.filter(name => names.includes(name)),
    rounds: positive('rounds', values.rounds, size.rounds),
    secondsPerRound: positive('seconds', values.seconds, size.secondsPerRound),
    events: positive('events', values.events, size.events),
    scanned: positive('scanned', values.scanned, size.scanned),
    liveSamples: size.liveSamples,
    json: values.json ?? false,
    rival: values.rival,
  }
}
