// Reads and catch-up subscriptions, of a stream and of everything, and many small reads.
import type { EventStoreDBClient } from '@eventstore/db-client'
import { contest, rateOf, type Stage } from '../contest.ts'
import { EVENT_TYPE } from '../events.ts'
import { fill } from '../fill.ts'
import { compared, type Row } from '../report.ts'

const STREAM = 'measured-stream'
const FEW = 10
const IN_FLIGHT = 64

/** Takes so many events of a read or a subscription, and gives how many came a second. */
async function take(source: AsyncIterable<unknown>, count: number): Promise<number> {
  const start = performance.now()
  let left = count
  for await (const _ of source) {
    left--
    if (left === 0) break
  }
  if (left > 0) throw new Error(`${left} events are missing`)
  return (count * 1000) / (performance.now() - start)
}

type Way = readonly [
  what: string,
  read: (client: EventStoreDBClient, count: number) => AsyncIterable<unknown>,
]
const WAYS: readonly Way[] = [
  ['read of a stream', (client, maxCount) => client.readStream(STREAM, { maxCount })],
  ['read of $all', (client, maxCount) => client.readAll({ maxCount })],
  ['catch-up of a stream', client => client.subscribeToStream(STREAM)],
  ['catch-up of $all', client => client.subscribeToAll()],
]

export async function measureReads(stage: Stage): Promise<Row[]> {
  const { options, progress, store: ours } = stage
  progress(`filling a stream with ${options.events} events`)
  await fill(ours.client, [STREAM], options.events, () => EVENT_TYPE)
  const rows: Row[] = []
  for (const [what, read] of WAYS) {
    progress(what)
    const { store, nothing } = await contest(stage, async client => [
      await take(read(client, options.events), options.events),
    ])
    const rates = [store[0] as number, nothing[0] as number] as const
    rows.push(compared(what, 'events/s', rates, '0.97'))
  }
  progress('small reads')
  const { store, nothing } = await contest(stage, async client => {
    const few = () => take(client.readStream(STREAM, { maxCount: FEW }), FEW)
    return [await rateOf(few, { inFlight: IN_FLIGHT, seconds: options.secondsPerRound })]
  })
  const rates = [store[0] as number, nothing[0] as number] as const
  const what = `reads of ${FEW} events, ${IN_FLIGHT} in flight`
  return [...rows, compared(what, 'reads/s', rates, '4,000/s')]
}
