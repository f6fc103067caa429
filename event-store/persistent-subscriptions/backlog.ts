// What a group has still to send: retries first, then what it has read, then what it reads next; live once it has read all.
import { positionOf } from '../protocol/recorded-event.ts'
import type { Written } from '../storage/log.ts'
import { type Entry, newEntry } from './entry.ts'
import type { Ledger } from './ledger.ts'
import { addRetry } from './retries.ts'
import type { GroupSettings } from './settings.ts'
import type { Source } from './source.ts'

/** What happened to an entry that was offered: nobody may have room, for this one or for any. */
export type Offered = 'taken' | 'skipped' | 'full'
/** What reading on gave: something (perhaps nothing that matched), no more, or the end of the stream for ever. */
export type ReadOn = 'more' | 'at-end' | 'tombstoned'

/** However large a buffer somebody asks for: this many entries a group wait in memory, the others in the store. */
const MOST_ENTRIES = 10_000
/** Records that wait with their entries; what is more is read again when its turn comes. */
const MOST_RECORD_BYTES = 64 * 1024
/** The fewest and most events that are read at once, whatever the settings say. */
const LEAST_PAGE = 10
const MOST_PAGE = 500

export class Backlog {
  readonly #source: Source
  readonly #settings: GroupSettings
  readonly #ledger: Ledger
  readonly #retries: Entry[] = []
  readonly #buffer: Entry[] = []
  #next: number
  #atEnd = false
  /** From which place on, and how often where that can't be told apart, events count as live. */
  #liveFrom: number
  #live = 0

  /** `next` is the first place to be read. */
  constructor(source: Source, settings: GroupSettings, ledger: Ledger, next: number) {
    this.#source = source
    this.#settings = settings
    this.#ledger = ledger
    this.#next = next
    this.#liveFrom = source.end()
  }

  /** The last event that is known; undefined while there is none. */
  get lastKnown(): number | undefined {
    if (this.#source.count(this.#next)) return this.#source.end() - 1
    const { place, sequence } = this.#ledger.last
    return sequence < 0 ? undefined : place
  }

  /** How many events wait to be sent again. */
  get retryCount(): number {
    return this.#retries.length
  }

  /** How many events came since the group began to be live, as far as the live buffer would hold them. */
  get liveCount(): number {
    const count = this.#source.count(this.#liveFrom) ?? this.#live
    return Math.min(count, Math.max(this.#settings.liveBufferSize, 0))
  }

  /** How many events wait that were not sent before, as far as the buffer that was asked for would hold them. */
  get bufferCount(): number {
    return Math.min(this.#waiting, Math.max(this.#settings.historyBufferSize, 0))
  }

  /** Whether all there is fits into the buffer. */
  get isLive(): boolean {
    const unread = this.#source.count(this.#next)
    return unread === undefined ? this.#atEnd : this.#waiting <= this.#settings.historyBufferSize
  }

  /** Whether something waits that was not sent before. */
  get hasBuffered(): boolean {
    return this.#buffer.length > 0
  }

  get #waiting(): number {
    return this.#buffer.length + (this.#source.count(this.#next) ?? 0)
  }

  get #isFull(): boolean {
    return this.#buffer.length >= Math.min(this.#settings.historyBufferSize, MOST_ENTRIES)
  }

  addRetry(entry: Entry): void {
    addRetry(this.#retries, entry)
  }

  /** Offers what waits, in order; what is skipped stays. False when nobody has room for any. */
  offer(take: (entry: Entry) => Offered): boolean {
    return offerAll(this.#retries, take) && offerAll(this.#buffer, take)
  }

  /** Whether what is written next is the next to be sent. */
  get isAtEnd(): boolean {
    return this.#atEnd
  }

  /** Reads the next page, unless so much waits already that nobody has room for. */
  readOn(): ReadOn | 'full' {
    if (this.#isFull) return 'full'
    const { readBatchSize } = this.#settings
    const limit = Math.min(Math.max(readBatchSize, LEAST_PAGE), MOST_PAGE)
    const page = this.#source.read(this.#next, limit)
    if (page === 'tombstoned') return 'tombstoned'
    for (const record of page.records) this.#add(record)
    this.#next = page.next
    this.#atEnd = page.atEnd
    this.#keepRecords(MOST_RECORD_BYTES)
    return page.atEnd ? 'at-end' : 'more'
  }

  /**
   * Takes note of something that was just written. Returns true if it stands in the buffer now, false if it will be read
   * in its turn or does not concern the group.
   */
  addLive(event: Written): boolean {
    const place = this.#source.placeOf(event.record)
    if (place < this.#next || !this.#source.concerns(event)) return false
    this.#live++
    if (!this.#atEnd) return false
    if (this.#isFull) {
      this.#atEnd = false
      this.#liveFrom = place + 1
      this.#live = 0
      return false
    }
    this.#add(event.record)
    this.#next = place + 1
    return true
  }

  /** Offers the entry that was added last alone: those before it have been offered. */
  offerLast(take: (entry: Entry) => Offered): void {
    const last = this.#buffer.pop()
    if (last && take(last) !== 'taken') {
      last.record = undefined
      this.#buffer.push(last)
    }
  }

  /** Nobody listens any more: what is written from now on is read when somebody does. */
  rest(): void {
    this.#atEnd = false
    this.forgetRecords()
  }

  /** Lets go of records that nobody will be sent soon. */
  forgetRecords(): void {
    this.#keepRecords(0)
  }

  #add(record: Buffer): void {
    const { sequence, place: previous } = this.#ledger.last
    const place = this.#source.placeOf(record)
    const position = positionOf(record)
    const read = { place, position, sequence: sequence + 1, previous, replayed: false }
    const entry = newEntry(record, read)
    this.#ledger.add(entry)
    this.#buffer.push(entry)
  }

  #keepRecords(most: number): void {
    let bytes = 0
    for (const entry of this.#buffer) {
      bytes += entry.record?.length ?? 0
      if (bytes > most) entry.record = undefined
    }
  }
}

/** Offers entries in order and takes out those that were taken. False when nobody has room for any. */
function offerAll(entries: Entry[], take: (entry: Entry) => Offered): boolean {
  let [kept, at] = [0, 0]
  let isFull = false
  try {
    for (; at < entries.length && !isFull; at++) {
      const entry = entries[at] as Entry
      const outcome = take(entry)
      if (outcome === 'full') isFull = true
      if (outcome !== 'taken') entries[kept++] = entry
    }
  } finally {
    // Also after a record that could not be read: it stays, and what was sent goes.
    entries.splice(kept, at - kept)
  }
  return !isFull
}
