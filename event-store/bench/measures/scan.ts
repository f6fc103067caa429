// A filtered subscription to everything, of which one event in a hundred matches.
import {
  BACKWARDS,
  END,
  type EventStoreDBClient,
  eventTypeFilter,
  type Filter,
  type Position,
  streamNameFilter,
} from '@eventstore/db-client'
import type { Contestant, Stage } from '../contest.ts'
import { EVENT_TYPE } from '../events.ts'
import { fill } from '../fill.ts'
import type { Row } from '../report.ts'
import { median } from '../statistics.ts'

const STREAMS = Array.from({ length: 8 }, (_, i) => `scanned-${i}`)
const ONE_IN = 100
const WANTED = 'wanted'
const CHECKPOINT_INTERVAL = 100
const WAYS: readonly (readonly [string, Filter])[] = [
  [
    'by prefix of the type',
    eventTypeFilter({ prefixes: [WANTED], checkpointInterval: CHECKPOINT_INTERVAL }),
  ],
  [
    'by expression on the type',
    eventTypeFilter({ regex: `^${WANTED}$`, checkpointInterval: CHECKPOINT_INTERVAL }),
  ],
  [
    'by prefix of the stream, none',
    streamNameFilter({ prefixes: ['other-'], checkpointInterval: CHECKPOINT_INTERVAL }),
  ],
]

/** Seconds until a filtered subscription from a position on has caught up. */
async function scan(
  client: EventStoreDBClient,
  fromPosition: Position,
  filter: Filter,
): Promise<number> {
  const start = performance.now()
  const subscription = client.subscribeToAll({ filter, fromPosition })
  subscription.resume()
  await new Promise<void>(resolve => subscription.once('caughtUp', () => resolve()))
  const seconds = (performance.now() - start) / 1000
  await subscription.unsubscribe()
  return seconds
}

/** Where the log ends. */
async function endOf(client: EventStoreDBClient): Promise<Position> {
  const last = client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 })
  let position: Position | undefined
  for await (const { event } of last) position = event?.position
  if (!position) throw new Error('The log is empty.')
  return position
}

/** Fills a server and gives how many events it considers a second, by each filter. */
async function rates(
  { options, progress }: Stage,
  { client }: Contestant,
): Promise<readonly number[]> {
  progress(`filling ${options.scanned} events`)
  const before = await endOf(client)
  await fill(client, STREAMS, options.scanned, n => (n % ONE_IN === 0 ? WANTED : EVENT_TYPE))
  const found: number[] = []
  for (const [what, filter] of WAYS) {
    progress(`scan ${what}`)
    const times: number[] = []
    for (let i = 0; i < options.rounds; i++) times.push(await scan(client, before, filter))
    found.push(options.scanned / median(times))
  }
  return found
}

export async function measureScan(stage: Stage): Promise<Row[]> {
  const ours = await rates(stage, stage.store)
  const rivals = stage.rival && (await rates(stage, stage.rival))
  return WAYS.map(([what], i) => ({
    ...{ what: `filter ${what}`, unit: 'considered/s', aim: '500,000/s' },
    ...{ store: ours[i] as number, ...(rivals ? { rival: rivals[i] as number } : {}) },
  }))
}
