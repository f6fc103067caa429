// Reads and catch-up subscriptions, of a stream and of everything, and many small reads.
import type { EventStoreDBClient } from '@eventstore/db-client'
import { contest, rateOf, type Stage } from '../contest.ts'
import { EVENT_TYPE } from '../events.ts'
import { fill } from '../fill.ts'
import { type Row, rateRow } from '../report.ts'

const STREAM = 'measured-stream'
const FEW = 10
const IN_FLIGHT = 64

type Way = readonly [
  what: string,
  /** Takes so many events. */
  take: (client: EventStoreDBClient, count: number) => Promise<void>,
]
const WAYS: readonly Way[] = [
  [
    'read of a stream',
    (client, count) => readAll(client.readStream(STREAM, { maxCount: count }), count),
  ],
  ['read of $all', (client, count) => readAll(client.readAll({ maxCount: count }), count)],
  ['catch-up of a stream', (client, count) => follow(client.subscribeToStream(STREAM), count)],
  ['catch-up of $all', (client, count) => follow(client.subscribeToAll(), count)],
]

/** Reads to the end: a read that is left early is cancelled, which costs more than a few events do. */
async function readAll(source: AsyncIterable<unknown>, count: number): Promise<void> {
  let left = count
  for await (const _ of source) left--
  if (left !== 0) throw new Error(`${left} events are missing`)
}

/** Takes events until there were so many, then unsubscribes: whoever only stops to listen goes on being sent all. */
async function follow(subscription: Subscription, count: number): Promise<void> {
  let left = count
  await new Promise<void>((resolve, reject) => {
    subscription.on('data', () => {
      if (--left === 0) resolve()
    })
    subscription.once('error', reject)
  })
  await subscription.unsubscribe()
}

interface Subscription {
  on(name: 'data', listener: () => void): unknown
  once(name: 'error', listener: (error: unknown) => void): unknown
  unsubscribe(): Promise<void>
}

async function rateOfTaking(count: number, action: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await action()
  return (count * 1000) / (performance.now() - start)
}

export async function measureReads(stage: Stage): Promise<Row[]> {
  const { options, progress, store, rival } = stage
  progress(`filling a stream with ${options.events} events`)
  for (const { client } of rival ? [store, rival] : [store]) {
    await fill(client, [STREAM], options.events, () => EVENT_TYPE)
  }
  const rows: Row[] = []
  for (const [what, take] of WAYS) {
    progress(what)
    const standing = await contest(stage, async client => [
      await rateOfTaking(options.events, () => take(client, options.events)),
    ])
    rows.push(rateRow({ what, unit: 'events/s', aim: '0.97' }, standing))
  }
  progress('small reads')
  const standing = await contest(stage, async client => {
    const few = () => readAll(client.readStream(STREAM, { maxCount: FEW }), FEW)
    return [await rateOf(few, { inFlight: IN_FLIGHT, seconds: options.secondsPerRound })]
  })
  const what = `reads of ${FEW} events, ${IN_FLIGHT} in flight`
  return [...rows, rateRow({ what, unit: 'reads/s', aim: '4,000/s' }, standing)]
}
