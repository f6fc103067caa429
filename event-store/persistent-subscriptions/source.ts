// What a group reads: a stream as its readers see it, or the whole log through a filter.
import { createdOf, positionOf, revisionOf, streamNameOf } from '../protocol/recorded-event.ts'
import type { Written } from '../storage/log.ts'
import type { Store } from '../store.ts'
import { isHiddenFromAll } from '../streams/names.ts'
import { aTurn } from '../subscriptions/catch-up.ts'
import { type Filter, filterOf } from '../subscriptions/filter.ts'
import type { Follower } from '../subscriptions/live-feed.ts'
import { ALL, type GroupConfig } from './settings.ts'

/** The next records, where to read on after them, and whether that was all there is. */
export interface Page {
  readonly records: readonly Buffer[]
  readonly next: number
  readonly atEnd: boolean
}

export interface Source {
  /** Reads up to `limit` records from a place on, that one included. A stream that has ended in a tombstone has none. */
  read(from: number, limit: number): Page | 'tombstoned'
  placeOf(record: Buffer): number
  /** Whether something that was just written is the group's concern. */
  concerns(event: Written): boolean
  follow(follower: Follower): () => void
  /** The place after everything there is now. */
  end(): number
  /** How many events stand from a place on, where that can be said without reading them. */
  count(from: number): number | undefined
  /** A place as checkpoints and statistics write it. */
  textOf(place: number): string
  /** The place that a checkpoint names; undefined for text that is none. */
  placeIn(text: string): number | undefined
}

/** Records of the log that are considered at once, whether they match or not. */
const CONSIDERED = 1000
/** The event number of a tombstone. */
const LARGEST_REVISION = 2 ** 63

function streamSource({ streams, feed }: Store, stream: string): Source {
  return {
    read(from, limit) {
      const found = streams.visible(stream)
      if (found.kind === 'tombstoned') return 'tombstoned'
      const nothing = { records: [], next: from, atEnd: true }
      if (found.kind === 'not-found') return nothing
      const { number, head, oldest } = found
      const start = Math.max(from, found.first)
      if (start > head) return nothing
      const records = streams.log.readStream(number, { from: start, to: head, limit })
      const last = records.at(-1)
      const next = last ? revisionOf(last) + 1 : head + 1
      const young = records.filter(record => createdOf(record) >= oldest)
      return { records: young, next, atEnd: next > head }
    },
    placeOf: revisionOf,
    concerns: () => true,
    follow: follower => feed.followStream(stream, follower),
    end: () => streams.state(stream).head + 1,
    count(from) {
      const found = streams.visible(stream)
      if (found.kind !== 'stream') return 0
      return Math.max(found.head - Math.max(from, found.first) + 1, 0)
    },
    textOf: place => String(place === LARGEST_REVISION ? LARGEST_REVISION_TEXT : place),
    placeIn: text => (/^\d+$/.test(text) ? Number(text) : undefined),
  }
}
const LARGEST_REVISION_TEXT = '9223372036854775807'

function logSource({ log, feed }: Store, matches: Filter): Source {
  const isWanted = (record: Buffer): boolean =>
    !isHiddenFromAll(streamNameOf(record)) && matches(record)
  return {
    read(from, limit) {
      const records: Buffer[] = []
      let next = from
      const goesOn = aTurn()
      const considered = log.scanAll({ from, backwards: false, limit: CONSIDERED }, record => {
        next = positionOf(record) + 1
        if (isWanted(record)) records.push(Buffer.from(record))
        return records.length < limit && goesOn()
      })
      return { records, next, atEnd: considered === 0 }
    },
    placeOf: positionOf,
    concerns: ({ record }) => isWanted(record),
    follow: follower => feed.followAll(follower),
    end: () => log.lastPosition + 1,
    count: () => undefined,
    textOf: place => `C:${place}/P:${place}`,
    placeIn: text => {
      const commit = /^C:(\d+)\/P:\d+$/.exec(text)?.[1]
      return commit === undefined ? undefined : Number(commit)
    },
  }
}

/** Opens what a group reads. Throws a SyntaxError for a filter that is refused. */
export function sourceOf(store: Store, { stream, filter }: GroupConfig): Source {
  if (stream !== ALL) return streamSource(store, stream)
  return logSource(store, filter ? filterOf(filter) : () => true)
}
