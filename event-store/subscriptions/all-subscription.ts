// A catch-up subscription to `$all`, with or without a filter.
import { checkpoint } from '../protocol/read-response.ts'
import { positionOf, streamNameOf } from '../protocol/recorded-event.ts'
import type { Log, Written } from '../storage/log.ts'
import type { EventSender } from '../streams/event-sender.ts'
import { isHiddenFromAll } from '../streams/names.ts'
import type { Call } from '../transport/call.ts'
import { aTurn, PAGE_EVENTS, type Source } from './catch-up.ts'
import type { Filter } from './filter.ts'
import type { Follower, LiveFeed } from './live-feed.ts'

/** A filter passes over most of what it sees: it may see more at once. */
const FILTERED_PAGE_EVENTS = 1000

export interface AllSubscription {
  /** The last position that the reader has; 0 for none. */
  readonly after: number
  /** With a filter, the reader is told its position each so many events, whether they match or not. */
  readonly filtered?: { readonly filter: Filter; readonly checkpointEvery: number } | undefined
}

export function allSource(
  { log, feed, sender, call }: { log: Log; feed: LiveFeed; sender: EventSender; call: Call },
  { after, filtered }: AllSubscription,
): Source {
  let last = after
  let considered = 0
  const sendCheckpoint = (): void => {
    considered = 0
    call.send(checkpoint(last))
  }
  const consider = (record: Buffer): void => {
    last = positionOf(record)
    const wanted = !isHiddenFromAll(streamNameOf(record)) && (!filtered || filtered.filter(record))
    if (wanted) sender.send(record)
    if (!filtered) return
    considered++
    if (considered === filtered.checkpointEvery) sendCheckpoint()
  }
  const pageEvents = filtered ? FILTERED_PAGE_EVENTS : PAGE_EVENTS
  return {
    follow: (follower: Follower) => feed.followAll(follower),
    sendPage() {
      const range = { from: last + 1, backwards: false, limit: pageEvents }
      const goesOn = aTurn()
      const look = (record: Buffer): boolean => {
        consider(record)
        return goesOn()
      }
      return log.scanAll(range, look) > 0
    },
    onCaughtUp() {
      if (considered > 0) sendCheckpoint()
    },
    sendLive({ record, position }: Written) {
      if (position > last) consider(record)
    },
  }
}
