// Streams as readers see them: what exists, what is hidden, what a link leads to.
import {
  createdOf,
  fieldsOf,
  isJsonRecord,
  positionOf,
  revisionOf,
} from '../protocol/recorded-event.ts'
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
      /** Events written before this are hidden, too: where the clock ran backwards, some stand behind the first one shown. */
      readonly oldest: number
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
    if (maxAge !== undefined)
      first = this.#firstYoungerThan(oldestOf({ maxAge }, now), events, first)
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
    const [limits, now] = [this.limits(name), this.log.now()]
    const first = this.firstShown(state, limits, now)
    return { kind: 'stream', number: state.number, first, head, oldest: oldestOf(limits, now) }
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
    const event = this.log.event(target.number, wanted)
    return { event: event && createdOf(event) >= target.oldest ? event : undefined }
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

  /** The first event that is not older: within each part of the log in which times only rise, it is found by halving. */
  #firstYoungerThan(
    oldest: number,
    { number, head }: Pick<StreamState, 'number' | 'head'>,
    from: number,
  ): number {
    const at = (revision: number): Buffer | undefined =>
      this.log.readStream(number as number, { from: revision, to: head, limit: 1 })[0]
    let start = Math.max(from, 0)
    const first = start <= head ? at(start) : undefined
    // What is not on disk yet can't be read; it is young.
    if (!first) return Math.max(start, from)
    const last = at(head)
    const [begin, end] = [positionOf(first), last ? positionOf(last) : Number.POSITIVE_INFINITY]
    for (const jump of this.log.jumps) {
      if (jump <= begin || jump > end) continue
      const next = firstWhere(at, start, head, record => positionOf(record) >= jump)
      const young = firstWhere(at, start, next - 1, record => createdOf(record) >= oldest)
      if (young < next) return Math.max(young, from)
      start = next
    }
    return Math.max(
      firstWhere(at, start, head, record => createdOf(record) >= oldest),
      from,
    )
  }
}

/** The first revision from `low` to `high` whose event, and all that follow, are as asked; the one after `high` if none is. */
function firstWhere(
  at: (revision: number) => Buffer | undefined,
  low: number,
  high: number,
  isSo: (record: Buffer) => boolean,
): number {
  let [from, end] = [low, high + 1]
  while (from < end) {
    const middle = Math.floor((from + end) / 2)
    const record = at(middle)
    if (record && !isSo(record)) from = Math.min(revisionOf(record) + 1, end)
    else end = middle
  }
  return from
}

/** Events written before this moment are too old to be shown. */
const oldestOf = ({ maxAge }: StreamLimits, now: number): number =>
  maxAge === undefined ? Number.NEGATIVE_INFINITY : now - maxAge * 1000

/** The limits that an event sets as the last of a metastream. */
export const limitsIn = (event: Buffer | undefined): StreamLimits =>
  event && isJsonRecord(event) ? parseLimits(fieldsOf(event).data) : NO_LIMITS
