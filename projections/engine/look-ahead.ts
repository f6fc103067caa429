// A short look at the log just after a position: what waits there to be projected, and what will be skipped.
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { FORWARDS, START } from '@eventstore/db-client'

export interface Ahead {
  /** How many events that projectors follow were seen. */
  readonly followed: number
  /** When the oldest of those was appended. */
  readonly oldestFollowed: Date | undefined
  /** When the oldest event of any kind was. */
  readonly oldest: Date | undefined
  /** The position of the last event that was looked at; the one given when there was none. */
  readonly to: Position
  /** There may be more events behind those that were looked at. */
  readonly goesOn: boolean
}

// A reader behind a filter hears of its place after half as many skipped events at the latest.
const lookAheadEvents = 64
const readMilliseconds = 3_000

/** Looks at a bounded number of events after `position`; throws when the event store does not answer in time. */
export async function lookAhead(
  store: EventStore,
  position: Position,
  prefixes: readonly string[],
): Promise<Ahead> {
  const reading = store.client.readAll({
    direction: FORWARDS,
    fromPosition: position === 0n ? START : { commit: position, prepare: position },
    maxCount: lookAheadEvents,
  })
  // The client sets no limit of its own to a read.
  const overdue = setTimeout(
    () => reading.destroy(new Error(`Reading ahead took over ${readMilliseconds} ms`)),
    readMilliseconds,
  )
  let [considered, followed, to] = [0, 0, position]
  let oldest: Date | undefined
  let oldestFollowed: Date | undefined
  try {
    for await (const { event } of reading) {
      considered += 1
      const at = event?.position?.commit ?? 0n
      if (!event || at <= position) continue
      to = at
      oldest ??= event.created
      if (!prefixes.some(prefix => event.streamId.startsWith(prefix))) continue
      followed += 1
      oldestFollowed ??= event.created
    }
  } finally {
    clearTimeout(overdue)
  }
  return { followed, oldestFollowed, oldest, to, goesOn: considered === lookAheadEvents }
}
