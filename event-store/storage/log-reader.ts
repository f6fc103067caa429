// Reading a log: what its tables say of streams, and records page by page.
import {
  isIntact,
  positionOf,
  revisionOf,
  streamNumberOf,
  TOMBSTONE_REVISION,
} from '../protocol/recorded-event.ts'
import { DamagedStore } from './errors.ts'
import { nameKey, positionKey, revisionKey } from './keys.ts'
import type { MappedMemory } from './mapped-memory.ts'
import type { Tables } from './tables.ts'
import { UnsafeTail } from './unsafe-tail.ts'

/** A page of records ends early when it has grown to this size. */
const PAGE_BYTES = 1024 * 1024
const LARGEST_POSITION = 2 ** 48 - 1

/** Where a stream stands: its last event's number, or -1, and whether it ended in a tombstone. */
export interface StreamEnd {
  readonly head: number
  readonly tombstoned: boolean
}

export interface StreamRange {
  readonly from: number
  readonly to: number
  readonly limit: number
  readonly backwards?: boolean
}

export interface LogRange {
  readonly from: number
  readonly backwards: boolean
  readonly limit: number
}

/** What can be asked of a log. Records that are given are copies, but for those that are shown to a visitor. */
export abstract class LogReader {
  protected readonly unsafe = new UnsafeTail()
  protected abstract readonly mapped: MappedMemory
  /** The tables, unless they may miss what was acknowledged. */
  protected abstract get sound(): Tables

  /** The position of the last event, 0 while there is none. */
  get lastPosition(): number {
    const [last] = this.readAll({ from: Number.MAX_SAFE_INTEGER, backwards: true, limit: 1 })
    return last ? positionOf(last) : 0
  }

  streamNumber(name: string): number | undefined {
    return this.sound.streams.getBinary(nameKey(name))?.readUInt32BE(0)
  }

  streamEnd(streamNumber: number): StreamEnd {
    let tombstoned = false
    // Both keys are made in the same scratch space, so each is copied before the next one is made.
    const start = Buffer.from(revisionKey(streamNumber, TOMBSTONE_REVISION))
    const end = Buffer.from(revisionKey(streamNumber, 0)).subarray(0, 4)
    for (const { key } of this.sound.revisions.getRange({
      start,
      end,
      reverse: true,
      limit: 2,
    })) {
      if (key[4] === 0xff) tombstoned = true
      else return { head: key.readUIntBE(6, 6), tombstoned }
    }
    return { head: -1, tombstoned }
  }

  /** The oldest event, or the tombstone, that is left of a stream. */
  oldestEvent(streamNumber: number): Buffer | undefined {
    const start = Buffer.from(revisionKey(streamNumber, 0))
    for (const { key, value } of this.sound.revisions.getRange({ start, limit: 1 })) {
      if (key.readUInt32BE(0) === streamNumber) return this.record(value.readUIntBE(0, 6))
    }
    return undefined
  }

  /** The last event of a stream that is on disk, where `head` is the last of all. */
  headOnDisk(streamNumber: number, head: number): number {
    return this.unsafe.headBefore(streamNumber) ?? head
  }

  /** The event at a place of a stream, hidden or not. */
  event(streamNumber: number, revision: number): Buffer | undefined {
    const position = this.sound.revisions.getBinary(revisionKey(streamNumber, revision))
    const record = position && this.record(position.readUIntBE(0, 6))
    return record && inPlace(record, streamNumber, revision)
  }

  /** The record at a position. */
  record(position: number): Buffer | undefined {
    const record = this.sound.records.getBinary(positionKey(position))
    this.mapped.note(record?.length)
    return record && intact(record, position)
  }

  /**
   * Up to `limit` records of a stream, fewer if they are large, from one revision up (or down) to another, both
   * inclusive. What isn't on disk yet is not among them.
   */
  readStream(
    streamNumber: number,
    { from, to, limit, backwards: reverse = false }: StreamRange,
  ): Buffer[] {
    const out: Buffer[] = []
    let bytes = 0
    const start = Buffer.from(revisionKey(streamNumber, from))
    for (const { key, value } of this.sound.revisions.getRange({ start, reverse })) {
      if (key.readUInt32BE(0) !== streamNumber || key[4] === 0xff) break
      const revision = key.readUIntBE(6, 6)
      if (reverse ? revision < to : revision > to) break
      const position = value.readUIntBE(0, 6)
      const record = position < this.unsafe.from ? this.record(position) : undefined
      if (!record) continue
      out.push(inPlace(record, streamNumber, revision))
      bytes += record.length
      if (bytes >= PAGE_BYTES || out.length >= limit) break
    }
    return out
  }

  /**
   * Up to `limit` records of the log, fewer if they are large: forwards from a position, or backwards from before it.
   * What isn't on disk yet is not among them.
   */
  readAll(range: LogRange): Buffer[] {
    return this.readBefore(this.unsafe.from, range)
  }

  /** The same before another end. */
  protected readBefore(end: number, range: LogRange): Buffer[] {
    const out: Buffer[] = []
    this.#scanBefore(end, range, record => {
      out.push(Buffer.from(record))
    })
    return out
  }

  /**
   * Shows the records that `readAll` would give to a visitor, and returns how many there were. A record is good only
   * until its visit is over or the log is asked for something else: whoever wants to keep it copies it first. A visitor
   * that returns false sees no more.
   */
  scanAll(range: LogRange, visit: (record: Buffer) => unknown): number {
    return this.#scanBefore(this.unsafe.from, range, visit)
  }

  #scanBefore(
    end: number,
    { from, backwards, limit }: LogRange,
    visit: (record: Buffer) => unknown,
  ): number {
    let [count, bytes] = [0, 0]
    const first = Math.min(from, backwards ? end : LARGEST_POSITION, LARGEST_POSITION)
    const start = Buffer.from(positionKey(first))
    const range = { start, reverse: backwards, limit, exclusiveStart: backwards }
    for (const { key, value } of this.sound.records.getRange(range)) {
      const position = key.readUIntBE(2, 6)
      if (position >= end) break
      bytes += value.length
      count++
      const goOn = visit(intact(value, position))
      if (goOn === false || bytes >= PAGE_BYTES) break
    }
    this.mapped.note(bytes)
    return count
  }
}

/** A record as it was read from its position. Throws `DamagedStore`. */
export function intact(record: Buffer, position: number): Buffer {
  if (!isIntact(record) || positionOf(record) !== position) {
    throw new DamagedStore(`The record at position ${position} is damaged.`)
  }
  return record
}

/** A record says where it belongs: a table that leads to another one is damaged. */
function inPlace(record: Buffer, streamNumber: number, revision: number): Buffer {
  if (streamNumberOf(record) === streamNumber && revisionOf(record) === revision) return record
  throw new DamagedStore(
    `The place of event ${revision} of stream ${streamNumber} is damaged: it leads to position ${positionOf(record)}.`,
  )
}
