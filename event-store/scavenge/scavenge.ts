// Removes the events that nobody can read any more, a few at a time, so that writers hardly notice.
import {
  isTombstoneRecord,
  positionOf,
  revisionOf,
  streamNameOf,
} from '../protocol/recorded-event.ts'
import type { Store } from '../store.ts'
import { METASTREAM_LIMITS } from '../streams/metadata.ts'
import { isMetastream, metastreamOf, streamOfMetastream } from '../streams/names.ts'
import type { StreamState } from '../streams/stream-cache.ts'
import { limitsIn, type Streams } from '../streams/streams.ts'

/** Streams whose bounds are remembered. */
const MOST_BOUNDS = 10_000

/**
 * Which events are kept, as things stood at one moment: what is written while the scavenge goes on changes nothing of it, or
 * of a stream an event could be kept and one that follows it removed.
 */
export class Keeping {
  readonly #streams: Streams
  /** Events from this position on came later. */
  readonly #end: number
  readonly #now: number
  #bounds = new Map<string, number>()

  constructor(streams: Streams) {
    this.#streams = streams
    this.#end = streams.log.lastPosition + 1
    this.#now = streams.log.now()
  }

  isKept(record: Buffer): boolean {
    if (isTombstoneRecord(record) || positionOf(record) >= this.#end) return true
    return revisionOf(record) >= this.#firstKept(streamNameOf(record).toString())
  }

  /** The first event of a stream to be kept: the last one stays, since the next gets its number from it. */
  #firstKept(name: string): number {
    let bound = this.#bounds.get(name)
    if (bound === undefined) {
      bound = this.#boundOf(name)
      if (this.#bounds.size >= MOST_BOUNDS) this.#bounds = new Map()
      this.#bounds.set(name, bound)
    }
    return bound
  }

  #boundOf(name: string): number {
    if (this.#wasTombstoned(name)) return Number.POSITIVE_INFINITY
    const { number, head } = this.#then(this.#streams.state(name))
    if (isMetastream(name)) {
      if (this.#wasTombstoned(streamOfMetastream(name))) return head
      return Math.min(this.#streams.firstShown({ number, head }, METASTREAM_LIMITS, 0), head)
    }
    const metadata = this.#then(this.#streams.state(metastreamOf(name)))
    if (metadata.number === undefined || metadata.head < 0) return 0
    const limits = limitsIn(this.#streams.log.event(metadata.number, metadata.head))
    return Math.min(this.#streams.firstShown({ number, head }, limits, this.#now), head)
  }

  #wasTombstoned(name: string): boolean {
    const { tombstoned, number } = this.#streams.state(name)
    if (!tombstoned || number === undefined) return false
    return (this.#streams.log.tombstonePosition(number) ?? Number.POSITIVE_INFINITY) < this.#end
  }

  /** A stream as it was: the last of its events that was there then is found by halving. */
  #then({ number, head }: StreamState): Pick<StreamState, 'number' | 'head'> {
    if (number === undefined || this.#wasThere(number, head)) return { number, head }
    let [low, high] = [-1, head]
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2)
      if (this.#wasThere(number, middle)) low = middle
      else high = middle
    }
    return { number, head: low }
  }

  #wasThere(number: number, revision: number): boolean {
    if (revision < 0) return true
    const position = this.#streams.log.positionAt(number, revision)
    // An index made anew knows none that were scavenged before.
    return position === undefined || position < this.#end
  }
}

/** Goes through the whole log; returns how many bytes the disk got back. Ends early once the signal says so. */
export function removeUnreadable({ log, streams }: Store, stop: AbortSignal): Promise<number> {
  log.flush()
  const keeping = new Keeping(streams)
  return log.scavenge(record => keeping.isKept(record), stop)
}
