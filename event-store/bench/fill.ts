// Puts many events into the store, in batches with several under way.
import type { EventStoreDBClient } from '@eventstore/db-client'
import { events } from './events.ts'

const BATCH = 200
const IN_FLIGHT = 8

/** Appends so many events to streams `<prefix>-0`, `<prefix>-1`, …, one to each writer; `type` names the type of each. */
export async function fill(
  client: EventStoreDBClient,
  streams: readonly string[],
  count: number,
  type: (n: number) => string,
): Promise<void> {
  let n = 0
  const work = async (stream: string): Promise<void> => {
    while (n < count) {
      const length = Math.min(BATCH, count - n)
      const first = n
      n += length
      const batch = Array.from({ length }, (_, i) => events(1, type(first + i))).flat()
      await client.appendToStream(stream, batch)
    }
  }
  await Promise.all(
    Array.from({ length: Math.max(IN_FLIGHT, 1) }, (_, i) =>
      work(streams[i % streams.length] as string),
    ),
  )
}
