// Streams as readers see them: what exists, what is hidden, what a link leads to.
import { createdOf, fieldsOf, isJsonRecord, revisionOf } from '../protocol/recorded-event.ts'
import type { Log } from '../storage/log.ts'
import { METASTREAM_LIMITS, NO_LIMITS, parseLimits, type StreamLimits } from './metadata.ts'
import { isMetastream, metastreamOf, streamOfMetastream } from './names.ts'
import { StreamCache, type StreamState } from './stream-cache.ts'

/** What a reader finds under a name: the events from `first` to `head` are shown. */
export type Visible =
  | { readonly kind: 'not-found' }
  | { readonly kind: 'tombstoned' }
  | {
      readonly kind: 'stream'
      readonly number: number
      /** `Infinity` when everything is hidden. */
      readonly first: number
      readonly head: number
    }

/** What a link leads to: an event, nothing (any more), or it is no link after all. */
export type LinkTarget = { readonly event: Buffer | undefined } | 'not-a-link'

const LARGEST_INT64 = 2n ** 63n - 1n

/** Answers questions about streams from the log, remembering where those in use stand. */
export class Streams {
  readonly log: Log
  readonly #cache: StreamCache

  constructor(log: Log) {
    this.log = log
    this.#cache = new StreamCache(name => this.#load(name))
  }

  /** Forgets what is remembered: after a transaction that failed, or when the log was emptied. */
  forget(): void {
    this.#cache.clear()
  }

  state(name: string): StreamState {
    return this.#cache.get(name)
  }

  /** Whether a stream, or the one whose metadata it holds, has ended in a tombstone. */
  isTombstoned(name: string): boolean {
    return (
      this.state(name).tombstoned ||
      (isMetastream(name) && this.state(streamOfMetastream(name)).tombstoned)
    )
  }

  /** The limits that a stream's metadata sets. */
  limits(name: string): StreamLimits {
    if (isMetastream(name)) return METASTREAM_LIMITS
    const metastream = this.state(metastreamOf(name))
    metastream.limits ??= this.#readLimits(metastream)
    return metastream.limits
  }

  /** The first event that is shown, of a stream that has events. */
  firstVisible(state: StreamState): number {
    return this.firstShown(state, this.limits(state.name), this.log.now())
  }

  /** The first event that is shown, at a moment, of a stream with these events and limits. */
  firstShown(
    events: Pick<StreamState, 'number' | 'head'>,
    { maxCount, maxAge, truncateBefore = 0 }: StreamLimits,
    now: number,
  ): number {
    let first = truncateBefore
    if (maxCount !== undefined) first = Math.max(first, events.head - maxCount + 1)
    if (maxAge !== undefined) first = this.#firstYoungerThan(now - maxAge * 1000, events, first)
    return first
  }

  /** The last event of a stream that nothing can undo any more; -1 where there is none. */
  headOnDisk({ number, head }: StreamState): number {
    return number === undefined ? head : this.log.headOnDisk(number, head)
  }

  /** What a reader of a stream finds. */
  visible(name: string): Visible {
    if (this.isTombstoned(name)) return { kind: 'tombstoned' }
    const state = this.state(name)
    const head = this.headOnDisk(state)
    if (state.number === undefined || head < 0 || this.limits(name).deleted) {
      return { kind: 'not-found' }
    }
    return { kind: 'stream', number: state.number, first: this.firstVisible(state), head }
  }

  /** Follows a link event: its data is `<revision>@<stream>`, cut at the first `@`. */
  resolve(link: Buffer): LinkTarget {
    const text = fieldsOf(link).data.toString('utf8')
    const at = text.indexOf('@')
    const [number, stream] = at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
    if (!/^\s*[+-]?\d+\s*$/.test(number)) return 'not-a-link'
    const revision = BigInt(number.replace('+', '').trim())
    if (revision > LARGEST_INT64 || revision < -LARGEST_INT64 - 1n) return 'not-a-link'
    if (stream === '') return { event: undefined }
    const target = this.visible(stream)
    if (target.kind !== 'stream') return { event: undefined }
    const wanted = revision === -1n ? target.head : Number(revision)
    if (wanted < target.first || wanted < 0 || wanted > target.head) return { event: undefined }
    return { event: this.log.event(target.number, wanted) }
  }

  #load(name: string): StreamState {
    const number = this.log.streamNumber(name)
    const end = number === undefined ? undefined : this.log.streamEnd(number)
    return {
      name,
      number,
      head: end?.head ?? -1,
      tombstoned: end?.tombstoned ?? false,
      limits: undefined,
    }
  }

  #readLimits(metastream: StreamState): StreamLimits {
    const { number, head, tombstoned } = metastream
    if (number === undefined || head < 0 || tombstoned) return NO_LIMITS
    return limitsIn(this.log.event(number, head))
  }

  /** Times never run backwards within a log, so the first young event is found by halving. */
  #firstYoungerThan(
    oldest: number,
    state: Pick<StreamState, 'number' | 'head'>,
    from: number,
  ): number {
    let low = Math.max(from, 0)
    let high = state.head + 1
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      const [record] = this.log.readStream(state.number as number, {
        from: middle,
        to: state.head,
        limit: 1,
      })
      if (record && createdOf(record) < oldest) low = revisionOf(record) + 1
      else high = middle
    }
    return Math.max(low, from)
  }
}

/** The limits that an event sets as the last of a metastream. */
export const limitsIn = (event: Buffer | undefined): StreamLimits =>
  event && isJsonRecord(event) ? parseLimits(fieldsOf(event).data) : NO_LIMITS
