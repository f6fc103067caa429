// How long it takes an event from the moment that its append is called to the one that a subscriber has it.
import { randomUUID } from 'node:crypto'
import { END, type EventStoreDBClient } from '@eventstore/db-client'
import { contest, type Stage } from '../contest.ts'
import { events } from '../events.ts'
import { type Row, rowOf } from '../report.ts'
import { quantile } from '../statistics.ts'

/** Milliseconds of each of so many events, appended one by one. */
async function delays(client: EventStoreDBClient, samples: number): Promise<number[]> {
  const stream = `live-${randomUUID()}`
  const subscription = client.subscribeToStream(stream, { fromRevision: END })
  let arrived = (): void => {}
  subscription.on('data', () => arrived())
  await new Promise<void>(resolve => subscription.once('confirmation', () => resolve()))
  const times: number[] = []
  for (let i = 0; i < samples; i++) {
    const start = performance.now()
    const arrival = new Promise<void>(resolve => {
      arrived = () => {
        times.push(performance.now() - start)
        resolve()
      }
    })
    await Promise.all([client.appendToStream(stream, events(1)), arrival])
  }
  await subscription.unsubscribe()
  return times
}

export async function measureLive(stage: Stage): Promise<Row[]> {
  const { options, progress } = stage
  progress('live delivery')
  const standing = await contest(stage, async client => {
    const times = await delays(client, options.liveSamples)
    return [quantile(times, 0.5), quantile(times, 0.99)]
  })
  return [
    rowOf({ what: 'append to subscriber, p50', unit: 'ms', aim: '0.70 ms' }, standing, 0),
    rowOf({ what: 'append to subscriber, p99', unit: 'ms' }, standing, 1),
  ]
}
