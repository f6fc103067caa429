// Reading a log: what is known of streams, and records one by one and page by page.
import {
  idOf,
  isNote,
  positionOf,
  revisionOf,
  streamNumberOf,
  TOMBSTONE_REVISION,
} from '../protocol/recorded-event.ts'
import { DamagedStore } from './errors.ts'
import type { LogIndex } from './log-index.ts'
import type { StreamEnd, StreamRange } from './place-index.ts'
import type { EntryVisitor } from './segment.ts'
import type { Segments } from './segments.ts'
import { UnsafeTail } from './unsafe-tail.ts'

export type { StreamEnd, StreamRange } from './place-index.ts'

/** A page of records ends early when it has grown to this size. */
const PAGE_BYTES = 1024 * 1024
const LARGEST_POSITION = 2 ** 48 - 1

export interface LogRange {
  readonly from: number
  readonly backwards: boolean
  readonly limit: number
}

/** Is shown a record; false ends the showing. */
export type RecordVisitor = (record: Buffer) => unknown

/** What can be asked of a log. Records that are given are copies, but for those that are shown to a visitor. */
export abstract class LogReader {
  protected readonly unsafe = new UnsafeTail()
  /** The files, unless they may miss what was acknowledged. */
  protected abstract get sound(): { readonly segments: Segments; readonly index: LogIndex }
  /** What the transaction that is under way has written so far. */
  protected abstract pending(position: number): Buffer | undefined

  /** The position of the last event that is on disk, 0 while there is none. */
  get lastPosition(): number {
    return this.unsafe.lastBefore
  }

  streamNumber(name: string): number | undefined {
    return this.sound.index.names.numberOf(name)
  }

  streamEnd(streamNumber: number): StreamEnd {
    return this.sound.index.places.endOf(streamNumber)
  }

  /** The last event of a stream that is on disk, where `head` is the last of all. */
  headOnDisk(streamNumber: number, head: number): number {
    return this.unsafe.headBefore(streamNumber) ?? head
  }

  /** The event at a place of a stream, hidden or not; undefined where there is none, or it was scavenged. */
  event(streamNumber: number, revision: number): Buffer | undefined {
    const position = this.sound.index.places.positionOf(streamNumber, revision)
    const record = position === undefined ? undefined : this.record(position)
    return record && inPlace(record, streamNumber, revision)
  }

  /** The oldest event of the log with this id. */
  eventById(id: Buffer): Buffer | undefined {
    for (const position of this.sound.index.ids.candidates(id)) {
      const record = this.record(position)
      if (record && idOf(record).equals(id)) return record
    }
    return undefined
  }

  /** Where the event at a place of a stream stands, or once stood; undefined where there never was one. */
  positionAt(streamNumber: number, revision: number): number | undefined {
    return this.sound.index.places.positionOf(streamNumber, revision)
  }

  /** Where a stream's tombstone stands, if it has one. */
  tombstonePosition(streamNumber: number): number | undefined {
    return this.positionAt(streamNumber, TOMBSTONE_REVISION)
  }

  /** The record at a position. */
  record(position: number): Buffer | undefined {
    return this.pending(position) ?? this.sound.segments.entry(position)
  }

  /**
   * Up to `limit` records of a stream, fewer if they are large, from one revision up (or down) to another, both
   * inclusive. What isn't on disk yet is not among them.
   */
  readStream(streamNumber: number, range: StreamRange): Buffer[] {
    const out: Buffer[] = []
    this.scanStream(streamNumber, range, record => {
      out.push(Buffer.from(record))
    })
    return out
  }

  /**
   * Shows the records that `readStream` would give to a visitor, and returns how many there were. A record is good only
   * until its visit is over.
   */
  scanStream(streamNumber: number, range: StreamRange, visit: RecordVisitor): number {
    const { backwards = false } = range
    const step = backwards ? -1 : 1
    let [from, count, bytes] = [range.from, 0, 0]
    for (;;) {
      const { segments, index } = this.sound
      const end = Math.min(this.unsafe.from, segments.end)
      const { first, positions } = index.places.placesOf(streamNumber, { ...range, from })
      let revision = first
      const readable = positions.filter(position => position < end)
      if (backwards) revision -= positions.length - readable.length
      segments.entries(readable, record => {
        const expected = revision
        revision += step
        if (!record) return true
        visit(inPlace(record, streamNumber, expected))
        count++
        bytes += record.length
        return bytes < PAGE_BYTES
      })
      // Of a page that was scavenged nothing is left; readers take an empty one for the end.
      if (count > 0 || positions.length === 0) return count
      from = first + step * positions.length
    }
  }

  /**
   * Up to `limit` records of the log, fewer if they are large: forwards from a position, or backwards from before it.
   * What isn't on disk yet is not among them.
   */
  readAll(range: LogRange): Buffer[] {
    const out: Buffer[] = []
    this.scanAll(range, record => {
      out.push(Buffer.from(record))
    })
    return out
  }

  /**
   * Shows the records that `readAll` would give to a visitor, and returns how many there were. A record is good only
   * until its visit is over: whoever wants to keep it copies it first. A visitor that returns false sees no more.
   */
  scanAll({ from, backwards, limit }: LogRange, visit: RecordVisitor): number {
    const { segments } = this.sound
    const end = this.unsafe.from
    let [count, bytes] = [0, 0]
    const show: EntryVisitor = (entry, position) => {
      if (position >= end) return backwards
      if (isNote(entry)) return true
      if (count === limit) return false
      count++
      bytes += entry.length
      return visit(entry) !== false && bytes < PAGE_BYTES
    }
    const start = Math.min(from, LARGEST_POSITION)
    if (backwards) segments.backwards(start, show)
    else segments.forwards(start, show)
    return count
  }
}

/** A record says where it belongs: an index that leads to another one is damaged. */
function inPlace(record: Buffer, streamNumber: number, revision: number): Buffer {
  const isRight =
    !isNote(record) && streamNumberOf(record) === streamNumber && revisionOf(record) === revision
  if (isRight) return record
  throw new DamagedStore(
    `The place of event ${revision} of stream ${streamNumber} is damaged: it leads to position ${positionOf(record)}.`,
  )
}
