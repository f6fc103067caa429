// A catch-up subscription to one stream.

import { streamDeleted } from '../protocol/errors.ts'
import { createdOf, isTombstoneRecord, revisionOf } from '../protocol/recorded-event.ts'
import type { Written } from '../storage/log.ts'
import type { EventSender } from '../streams/event-sender.ts'
import type { Streams } from '../streams/streams.ts'
import { PAGE_EVENTS, type Source } from './catch-up.ts'
import type { Follower, LiveFeed } from './live-feed.ts'

export interface StreamSubscription {
  readonly stream: string
  /** The last revision that the reader has; -1 for none. */
  readonly after: number
}

/** History is what is visible when it is read; live events are sent whatever the metadata hides. */
export function streamSource(
  { streams, feed, sender }: { streams: Streams; feed: LiveFeed; sender: EventSender },
  { stream, after }: StreamSubscription,
): Source {
  let last = after
  return {
    follow: (follower: Follower) => feed.followStream(stream, follower),
    sendPage() {
      const found = streams.visible(stream)
      if (found.kind === 'tombstoned') throw streamDeleted(stream)
      if (found.kind === 'not-found') return false
      const from = Math.max(last + 1, found.first)
      if (from > found.head) return false
      const range = { from, to: found.head, limit: PAGE_EVENTS }
      const shown = streams.log.scanStream(found.number, range, record => {
        last = revisionOf(record)
        if (createdOf(record) >= found.oldest) sender.send(record)
      })
      return shown > 0
    },
    sendLive({ revision, record }: Written) {
      if (revision <= last) return
      sender.send(record)
      last = revision
      if (isTombstoneRecord(record)) throw streamDeleted(stream)
    },
  }
}
