// Reads the log once for all projectors that stand at about the same place, and apart for those that fell behind.
import type { Decoded, StoredEvent } from '@cryptotalks/shared-kernel/eventsourcing/codec'
import type { Position } from '@cryptotalks/shared-kernel/eventsourcing/positions'
import { backoffMilliseconds, pause } from '@cryptotalks/shared-kernel/eventsourcing/retry'
import type { LogPage } from '@cryptotalks/shared-kernel/eventsourcing/subscription'
import { type Bell, createBell } from './bell.ts'
import { createSeat, type Seat, type SeatAtFeed } from './seat.ts'

/** Pages of the log after a position (undefined: all of it), for ever, until the signal aborts. */
export type FollowLog = (from: Position | undefined, signal: AbortSignal) => AsyncIterable<LogPage>

export interface FeedOptions {
  readonly follow: FollowLog
  readonly decode: (stored: readonly StoredEvent[]) => Promise<Decoded[]>
  readonly signal: AbortSignal
  /** Told of failures to read or decode; they are tried again for ever. */
  readonly onTrouble: (error: unknown, inARow: number) => void
  /** How long a new feed waits for others to join before it starts. */
  readonly gatherMilliseconds?: number
  /** How long the others wait for one that has not taken its page, before they go on without it. */
  readonly patienceMilliseconds?: number
}

export interface Feeds {
  /** A seat at a feed that will bring everything after `position`, and perhaps some of what came before. */
  readonly join: (position: Position) => Seat
  /** A seat at a feed that more projectors share, when one has everything after `position`; else the same seat. */
  readonly merge: (seat: Seat, position: Position) => Seat
}

interface Feed {
  position: Position
  caughtUp: boolean
  readonly seats: Set<SeatAtFeed>
  readonly changed: Bell
  readonly stop: AbortController
}

const defaultGatherMilliseconds = 100
const defaultPatienceMilliseconds = 2_000
// Skipping this much of what others still have to read costs less than reading the rest twice.
const longestSkipBytes = 1_048_576n

export function createFeeds(options: FeedOptions): Feeds {
  const feeds = new Set<Feed>()
  const seatedAt = new WeakMap<Seat, Feed>()

  const sit = (feed: Feed): Seat => {
    const seat = createSeat(feed.changed.ring, left => leave(feed, left))
    feed.seats.add(seat)
    seatedAt.set(seat, feed)
    return seat
  }
  const leave = (feed: Feed, seat: SeatAtFeed) => {
    seat.close()
    feed.seats.delete(seat)
    feed.changed.ring()
    if (feed.seats.size === 0) end(feed)
  }
  const end = (feed: Feed) => {
    feeds.delete(feed)
    feed.stop.abort(new Error('Nobody reads this feed any more'))
    for (const seat of feed.seats) seat.close()
    feed.seats.clear()
  }
  const start = (position: Position): Feed => {
    const feed = {
      position,
      caughtUp: false,
      seats: new Set<SeatAtFeed>(),
      changed: createBell(),
      stop: new AbortController(),
    }
    feeds.add(feed)
    const signal = AbortSignal.any([feed.stop.signal, options.signal])
    run(feed, signal, options, seat => leave(feed, seat))
      .catch(error => {
        if (!signal.aborted) options.onTrouble(error, 1)
      })
      .finally(() => end(feed))
    return feed
  }
  return {
    join: position => {
      const within = [...feeds].filter(
        feed => feed.position <= position && position - feed.position <= longestSkipBytes,
      )
      return sit(within.sort((a, b) => b.seats.size - a.seats.size)[0] ?? start(position))
    },
    merge: (seat, position) => {
      const own = seatedAt.get(seat)
      const order = [...feeds]
      const better = order.find(
        (feed, index) =>
          own !== undefined &&
          feed !== own &&
          feed.caughtUp &&
          feed.position <= position &&
          (feed.seats.size > own.seats.size ||
            (feed.seats.size === own.seats.size && index < order.indexOf(own))),
      )
      if (!better) return seat
      seat.leave()
      return sit(better)
    },
  }
}

async function run(
  feed: Feed,
  signal: AbortSignal,
  options: FeedOptions,
  unseat: (seat: SeatAtFeed) => void,
): Promise<void> {
  await pause(options.gatherMilliseconds ?? defaultGatherMilliseconds, signal)
  const from = feed.position === 0n ? undefined : feed.position
  for await (const page of options.follow(from, signal)) {
    const events = await decodeForever(page.events, signal, options)
    feed.position = page.position
    feed.caughtUp = page.caughtUp
    for (const seat of feed.seats)
      seat.offer({ events, position: page.position, caughtUp: page.caughtUp })
    await untilThereIsRoom(feed, signal, options, unseat)
  }
}

/** The keys lie in a database that may be away for a while. */
async function decodeForever(
  events: readonly StoredEvent[],
  signal: AbortSignal,
  { decode, onTrouble }: FeedOptions,
): Promise<Decoded[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await decode(events)
    } catch (error) {
      signal.throwIfAborted()
      onTrouble(error, attempt)
      await pause(backoffMilliseconds(attempt, Math.random, 50, 5_000), signal)
    }
  }
}

/** Waits until every seat has room. One that stays full while another is idle loses its seat: it goes on by itself. */
async function untilThereIsRoom(
  { seats, changed }: Feed,
  signal: AbortSignal,
  { patienceMilliseconds = defaultPatienceMilliseconds }: FeedOptions,
  unseat: (seat: SeatAtFeed) => void,
): Promise<void> {
  let idleSince: number | undefined
  for (;;) {
    const full = [...seats].filter(seat => seat.isFull())
    if (full.length === 0) return
    if (full.length < seats.size) idleSince ??= performance.now()
    const left =
      idleSince === undefined ? undefined : idleSince + patienceMilliseconds - performance.now()
    if (left !== undefined && left <= 0) return full.forEach(unseat)
    await changed.next(signal, left)
  }
}
