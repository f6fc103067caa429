// Where the log ends, as far as it matters to readers: whether what they ask to see can be in it at all.

import { logStart, type Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { within } from '@cryptotalks/shared-kernel/eventsourcing/within'

export interface LogEnd {
  /** Whether the log does not go as far as this; undefined when the event store does not tell in time. */
  readonly isBefore: (position: Position) => Promise<boolean | undefined>
}

// A healthy store answers in a few milliseconds.
const askMilliseconds = 500
// The end only ever moves on, but for a log that was replaced by an older one.
const believedMilliseconds = 1_000

/** Asks only about positions beyond the end that was found last, and once for all who ask at the same time. */
export function createLogEnd(
  read: () => Promise<Position>,
  now: () => number = () => performance.now(),
): LogEnd {
  let end = logStart
  let foundAt = Number.NEGATIVE_INFINITY
  let next: Promise<Position> | undefined
  let asking: Promise<unknown> = Promise.resolve()

  const ask = async (): Promise<Position> => {
    // Whoever joins here must not get the answer to a question that was asked before they came.
    await asking.catch(() => undefined)
    next = undefined
    const answer = within(askMilliseconds, 'Reading the end of the log', read())
    asking = answer
    end = await answer
    foundAt = now()
    return end
  }
  return {
    isBefore: async position => {
      if (position <= end && now() - foundAt < believedMilliseconds) return false
      next ??= ask()
      return next.then(
        found => found < position,
        () => undefined,
      )
    },
  }
}
