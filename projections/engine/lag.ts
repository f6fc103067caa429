// How far a projector is behind a fresh look at the log's end, in bytes of log, events and seconds.

import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { FORWARDS, START } from '@eventstore/db-client'

export interface Lag {
  /** From the checkpoint to the log's end, whatever lies between. */
  readonly bytes: number
  /** Events that wait to be projected, counted up to the bound below. */
  readonly events: number
  /** The age of the oldest event that waits; 0 when none does. */
  readonly seconds: number
}

// A reader behind a filter hears of its place after this many skipped events at the latest; one that is further behind
// is behind in earnest.
const lookAheadEvents = 64
const readMilliseconds = 3_000

/** Asks the event store; throws when it can't be reached in time. `now` and the result are in this machine's time. */
export async function lagOf(
  store: EventStore,
  position: Position,
  prefixes: readonly string[],
  now: Date,
): Promise<Lag> {
  const end = await store.end()
  if (end <= position) return { bytes: 0, events: 0, seconds: 0 }
  const ahead = store.client.readAll({
    direction: FORWARDS,
    fromPosition: position === 0n ? START : { commit: position, prepare: position },
    maxCount: lookAheadEvents,
  })
  // The client sets no limit of its own to a read.
  const overdue = setTimeout(
    () => ahead.destroy(new Error(`Reading ahead took over ${readMilliseconds} ms`)),
    readMilliseconds,
  )
  let [events, considered] = [0, 0]
  let oldest: Date | undefined
  let oldestSkipped: Date | undefined
  try {
    for await (const { event } of ahead) {
      considered += 1
      if (!event || (event.position?.commit ?? 0n) <= position) continue
      oldestSkipped ??= event.created
      if (!prefixes.some(prefix => event.streamId.startsWith(prefix))) continue
      events += 1
      oldest ??= event.created
    }
  } finally {
    clearTimeout(overdue)
  }
  // So many skipped events, and the reader has not heard: then it is those that it is behind by.
  if (considered === lookAheadEvents) oldest ??= oldestSkipped
  const seconds = oldest ? Math.max(0, (now.getTime() - oldest.getTime()) / 1_000) : 0
  return { bytes: Number(end - position), events, seconds }
}
