// How far a projector is behind a fresh look at the log's end, in bytes of log, events and seconds.
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { lookAhead } from './look-ahead.ts'

export interface Lag {
  /** From the checkpoint to the log's end, whatever lies between. */
  readonly bytes: number
  /** Events that wait to be projected, as far as a short look ahead counts them. */
  readonly events: number
  /** The age of the oldest event that waits; 0 when none does. */
  readonly seconds: number
}

/** Asks the event store; throws when it can't be reached in time. */
export async function lagOf(
  store: EventStore,
  position: Position,
  prefixes: readonly string[],
  now: Date,
): Promise<Lag> {
  const end = await store.end()
  if (end <= position) return { bytes: 0, events: 0, seconds: 0 }
  const ahead = await lookAhead(store, position, prefixes)
  // Nothing but skipped events for so long, and the reader has not heard: then it is those that it is behind by.
  const oldest = ahead.oldestFollowed ?? (ahead.goesOn ? ahead.oldest : undefined)
  const seconds = oldest ? Math.max(0, (now.getTime() - oldest.getTime()) / 1_000) : 0
  return { bytes: Number(end - position), events: ahead.followed, seconds }
}
