// The log as the projectors follow it.
import { projectedPrefixes } from '@cryptotalks/shared-kernel/events/streams'
import type { EventStore } from '@cryptotalks/shared-kernel/eventsourcing/event-store'
import { followLog } from '@cryptotalks/shared-kernel/eventsourcing/subscription'
import type { FollowLog } from './engine/feeds.ts'
import { lookAhead } from './engine/look-ahead.ts'
import { withTail } from './engine/tail.ts'

// A page costs one transaction a projector, and its rows lie in memory at once: a hundred coins a market sample,
// up to 40,000 characters a post.
const pageSize = 1_000

// Whoever waits for the position of an event that no projector follows waits this long at most, plus one look.
const idleMilliseconds = 200

/** Pages of all streams that hold facts for read models. */
export const followProjected = (
  store: EventStore,
  onLost?: (error: unknown, inARow: number) => void,
): FollowLog =>
  withTail(
    (from, signal) =>
      followLog(store, {
        from,
        prefixes: projectedPrefixes,
        pageSize,
        signal,
        ...(onLost && { onLost }),
      }),
    async position => {
      const { followed, to } = await lookAhead(store, position, projectedPrefixes)
      return followed === 0 ? to : position
    },
    idleMilliseconds,
  )
