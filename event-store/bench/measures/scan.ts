// A filtered subscription to everything, of which one event in a hundred matches.
import {
  type EventStoreDBClient,
  eventTypeFilter,
  type Filter,
  streamNameFilter,
} from '@eventstore/db-client'
import type { Stage } from '../contest.ts'
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

/** Seconds until a filtered subscription from the beginning has caught up. */
async function scan(client: EventStoreDBClient, filter: Filter): Promise<number> {
  const start = performance.now()
  const subscription = client.subscribeToAll({ filter })
  subscription.resume()
  await new Promise<void>(resolve => subscription.once('caughtUp', () => resolve()))
  const seconds = (performance.now() - start) / 1000
  await subscription.unsubscribe()
  return seconds
}

export async function measureScan({ options, store, progress }: Stage): Promise<Row[]> {
  progress(`filling ${options.scanned} events`)
  const { client } = store
  await fill(client, STREAMS, options.scanned, n => (n % ONE_IN === 0 ? WANTED : EVENT_TYPE))
  const rows: Row[] = []
  for (const [what, filter] of WAYS) {
    progress(`scan ${what}`)
    const times: number[] = []
    for (let i = 0; i < options.rounds; i++) times.push(await scan(client, filter))
    const rate = options.scanned / median(times)
    rows.push({ what: `filter ${what}`, unit: 'considered/s', store: rate, aim: '500,000/s' })
  }
  return rows
}
