// Removes the events that nobody can read any more, a few at a time, so that writers hardly notice.
import { positionOf, revisionOf, streamNameOf } from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import type { StreamState } from '../streams/stream-cache.ts'
import type { Streams } from '../streams/streams.ts'

/** Events that are removed with one commit. */
const STEP_EVENTS = 500
/** Streams that are looked at in one turn. */
const STEP_STREAMS = 200

const REMOVED_EVERYTHING = Number.MAX_SAFE_INTEGER

/**
 * The revision below which a stream's events can go: the last one stays, since the next gets its number from it, but in
 * a stream that has ended.
 */
function removableBelow(streams: Streams, state: StreamState): number {
  if (state.tombstoned) return REMOVED_EVERYTHING
  const hidden = streams.isTombstoned(state.name) ? Infinity : streams.firstVisible(state)
  return Math.min(hidden, state.head)
}

/** Goes through all streams; returns how many events were removed. Ends early once the signal says so. */
export async function removeUnreadable(store: Store, stop: AbortSignal): Promise<number> {
  let removed = 0
  const { streamCount } = store.log
  for (let number = 1; number <= streamCount && !stop.aborted; number++) {
    for (let step = 1; step > 0 && !stop.aborted; removed += step)
      step = await removeSome(store, number)
    if (number % STEP_STREAMS === 0) await new Promise(setImmediate)
  }
  return removed
}

/** Removes the oldest of a stream's events that can go; returns how many. */
async function removeSome(store: Store, number: number): Promise<number> {
  const { log, streams } = store
  const oldest = log.oldestEvent(number)
  if (!oldest) return 0
  const below = (): number =>
    removableBelow(streams, streams.state(streamNameOf(oldest).toString()))
  if (revisionOf(oldest) >= below()) return 0
  return new Promise((resolve, reject) => {
    store.write(
      () => {
        const range = { from: 0, to: below() - 1, limit: STEP_EVENTS }
        // What the log goes on behind must stay.
        const last = log.lastPosition
        const records = log.readStream(number, range).filter(record => positionOf(record) < last)
        for (const record of records) log.remove(record)
        return records.length
      },
      resolve,
      reject,
    )
  })
}
