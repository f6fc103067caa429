// What a run of the benchmarks measures, and at which size: from the command line.
import { parseArgs } from 'node:util'

export const measureNames = ['catch-up', 'queries', 'visibility', 'commands'] as const
export type MeasureName = (typeof measureNames)[number]

export interface Options {
  readonly measures: readonly MeasureName[]
  /** Events in the log that the projectors catch up with. */
  readonly events: number
  readonly catchUpRounds: number
  /** Rounds of each contestant that count; one more before them warms up. */
  readonly rounds: number
  readonly secondsPerRound: number
  readonly inFlight: number
  /** Commands whose way to the read model is timed, alone and under load. */
  readonly visibilitySamples: number
  /** Decides names, texts and the market of the filled log. */
  readonly seed: number
  /** Whether the event store speaks TLS and asks for credentials, as under npm start. */
  readonly tls: boolean
  readonly json: boolean
}

const full = {
  events: 200_000,
  catchUpRounds: 2,
  rounds: 5,
  secondsPerRound: 4,
  visibilitySamples: 1_000,
}
const smoke = {
  events: 300,
  catchUpRounds: 1,
  rounds: 1,
  secondsPerRound: 2,
  visibilitySamples: 20,
}

export const usage = `npm run bench -- [options]
  --smoke             a run of seconds that proves only that everything can be measured
  --only a,b          of: ${measureNames.join(', ')}
  --events n          events to catch up with (${full.events})
  --rounds n          rounds of each contestant over HTTP (${full.rounds})
  --seconds n         length of such a round (${full.secondsPerRound})
  --catch-up-rounds n (${full.catchUpRounds})
  --samples n         commands whose way into the read model is timed (${full.visibilitySamples})
  --in-flight n       requests at a time (64)
  --seed n            (1)
  --tls               an event store with TLS and users, as under npm start
  --json              print JSON instead of a table`

const isMeasure = (name: string): name is MeasureName =>
  (measureNames as readonly string[]).includes(name)

function natural(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} must be 1 or more`)
  return value
}

/** Reads the command line; undefined when help was asked for. Throws, naming the flag, on anything it can't read. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ help: flag, smoke: flag, json: flag, tls: flag, only: text, events: text, rounds: text },
      ...{ seconds: text, 'catch-up-rounds': text, samples: text, 'in-flight': text, seed: text },
    },
  })
  if (values.help) return undefined
  const size = values.smoke ? smoke : full
  const measures = (values.only ?? measureNames.join(',')).split(',')
  const unknown = measures.find(name => !isMeasure(name))
  if (unknown !== undefined) throw new Error(`--only: there is no measure named ${unknown}`)
  return {
    measures: measureNames.filter(name => measures.includes(name)),
    events: natural('events', values.events, size.events),
    catchUpRounds: natural('catch-up-rounds', values['catch-up-rounds'], size.catchUpRounds),
    rounds: natural('rounds', values.rounds, size.rounds),
    secondsPerRound: natural('seconds', values.seconds, size.secondsPerRound),
    inFlight: natural('in-flight', values['in-flight'], 64),
    visibilitySamples: natural('samples', values.samples, size.visibilitySamples),
    seed: natural('seed', values.seed, 1),
    tls: values.tls ?? false,
    json: values.json ?? false,
  }
}
