// The log on disk: records by position, positions by stream and revision, streams by name, events by id.
import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  createdOf,
  encodeRecord,
  idOf,
  isIntact,
  type NewEvent,
  positionOf,
  revisionOf,
  streamNameOf,
  streamNumberOf,
  TOMBSTONE_REVISION,
} from '../protocol/recorded-event.ts'
import { compactCopy, copyTables, forgetCopy, takeCopy } from './compact-copy.ts'
import { DamagedStore } from './errors.ts'
import { faultOf } from './file-check.ts'
import { IdRuns } from './id-runs.ts'
import type { JournalEntry } from './journal.ts'
import { nameKey, positionKey, revisionKey } from './keys.ts'
import { MappedMemory } from './mapped-memory.ts'
import { decodeSetting, encodeSetting, isSetting, type Setting, settingKey } from './settings.ts'
import { openTables, type Tables } from './tables.ts'
import { Transactions } from './transactions.ts'
import { UnsafeTail } from './unsafe-tail.ts'

/** The layout of the files; a store of another version is refused. */
const FORMAT = '2'
/** The layout before there was a journal, otherwise the same. */
const WITHOUT_JOURNAL = '1'
/** Where the first record stands: position 0 is before everything. */
const FIRST_POSITION = 1
/** A page of records ends early when it has grown to this size. */
const PAGE_BYTES = 1024 * 1024
const LARGEST_POSITION = 2 ** 48 - 1

/** An event that has just been written. */
export interface Written {
  readonly stream: string
  readonly revision: number
  readonly position: number
  readonly record: Buffer
}

export interface LogOptions {
  readonly dir: string
  /** False for stores that needn't outlive the process: nothing is flushed to disk. */
  readonly durable: boolean
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Bytes that the disk has room for; asked of the system unless said otherwise. */
  readonly freeBytes?: () => number
}

/** What the system says about the room beneath a folder. */
function freeBytesIn(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}

const fileBytes = (dir: string): number => statSync(join(dir, 'data.mdb')).size

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

/**
 * One store's files. Reads see what is committed, and within `transaction` what it has written so far.
 * Everything is synchronous: a page of records is read, or a batch written, in one go.
 */
export class Log {
  readonly #options: LogOptions
  #tables: Tables
  #transactions!: Transactions
  #ids!: IdRuns
  readonly #now: () => number
  #next = FIRST_POSITION
  #streamCount = 0
  #lastCreated = 0
  #skipped = false
  #generation = 0
  /** Copies that are being made: they read what is mapped. */
  #copies = 0
  readonly #mapped = new MappedMemory(() => this.#letGoOfMemory())
  #written: Written[] = []
  readonly #unsafe = new UnsafeTail()
  #settings: Buffer[] = []

  private constructor(tables: Tables, options: LogOptions) {
    this.#options = options
    this.#now = options.now
    this.#tables = tables
    this.#checkFormat(options.dir)
    this.#begin()
  }

  /** Takes over what the tables and the journal hold. */
  #begin(): void {
    const { dir, durable, freeBytes = () => freeBytesIn(dir) } = this.#options
    this.#ids = new IdRuns(this.#tables)
    const restore = (entries: readonly JournalEntry[]): void => this.#restore(entries)
    this.#transactions = new Transactions(this.#tables, { dir, durable, freeBytes, restore })
  }

  /** Opens or creates the store in a folder that exists. Throws `DamagedStore`. */
  static open(options: LogOptions): Log {
    const { dir, durable } = options
    forgetCopy(dir)
    const fault = faultOf(dir)
    if (fault) throw new DamagedStore(fault)
    let tables: Tables
    try {
      tables = openTables(dir, durable)
    } catch (cause) {
      throw new DamagedStore(`${dir} can't be opened: ${(cause as Error).message}`, { cause })
    }
    try {
      return new Log(tables, options)
    } catch (error) {
      void tables.env.close()
      throw error
    }
  }

  /** The position of the last event, 0 while there is none. */
  get lastPosition(): number {
    const [last] = this.readAll({ from: Number.MAX_SAFE_INTEGER, backwards: true, limit: 1 })
    return last ? positionOf(last) : 0
  }

  /** Milliseconds since 1970, never running backwards against what is written. */
  now(): number {
    return Math.max(this.#now(), this.#lastCreated)
  }

  /** The tables, unless they may miss what was acknowledged. */
  get #sound(): Tables {
    // It is made while the tables are read already.
    const broken = this.#transactions?.broken
    if (broken) throw broken
    return this.#tables
  }

  streamNumber(name: string): number | undefined {
    return this.#sound.streams.getBinary(nameKey(name))?.readUInt32BE(0)
  }

  streamEnd(streamNumber: number): StreamEnd {
    let tombstoned = false
    // Both keys are made in the same scratch space, so each is copied before the next one is made.
    const start = Buffer.from(revisionKey(streamNumber, TOMBSTONE_REVISION))
    const end = Buffer.from(revisionKey(streamNumber, 0)).subarray(0, 4)
    for (const { key } of this.#sound.revisions.getRange({
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

  /** How many streams there have ever been; they are numbered from 1 on. */
  get streamCount(): number {
    return this.#streamCount
  }

  /** The oldest event, or the tombstone, that is left of a stream. */
  oldestEvent(streamNumber: number): Buffer | undefined {
    const start = Buffer.from(revisionKey(streamNumber, 0))
    for (const { key, value } of this.#sound.revisions.getRange({ start, limit: 1 })) {
      if (key.readUInt32BE(0) === streamNumber) return this.record(value.readUIntBE(0, 6))
    }
    return undefined
  }

  /** The last event of a stream that is on disk, where `head` is the last of all. */
  headOnDisk(streamNumber: number, head: number): number {
    return this.#unsafe.headBefore(streamNumber) ?? head
  }

  /** The event at a place of a stream, hidden or not. */
  event(streamNumber: number, revision: number): Buffer | undefined {
    const position = this.#sound.revisions.getBinary(revisionKey(streamNumber, revision))
    return position && this.record(position.readUIntBE(0, 6))
  }

  /** The record at a position. */
  record(position: number): Buffer | undefined {
    const record = this.#sound.records.getBinary(positionKey(position))
    this.#mapped.note(record?.length)
    return record && intact(record, position)
  }

  /** The oldest event of the log with this id. */
  eventById(id: Buffer): Buffer | undefined {
    for (const position of this.#ids.candidates(id)) {
      const record = this.record(position)
      if (record && idOf(record).equals(id)) return record
    }
    return undefined
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
    for (const { key, value } of this.#sound.revisions.getRange({ start, reverse })) {
      if (key.readUInt32BE(0) !== streamNumber || key[4] === 0xff) break
      const revision = key.readUIntBE(6, 6)
      if (reverse ? revision < to : revision > to) break
      const position = value.readUIntBE(0, 6)
      const record = position < this.#unsafe.from ? this.record(position) : undefined
      if (!record) continue
      out.push(record)
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
    return this.#readBefore(this.#unsafe.from, range)
  }

  #readBefore(end: number, range: LogRange): Buffer[] {
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
    return this.#scanBefore(this.#unsafe.from, range, visit)
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
    for (const { key, value } of this.#sound.records.getRange(range)) {
      const position = key.readUIntBE(2, 6)
      if (position >= end) break
      bytes += value.length
      count++
      const goOn = visit(intact(value, position))
      if (goOn === false || bytes >= PAGE_BYTES) break
    }
    this.#mapped.note(bytes)
    return count
  }

  /**
   * Runs `action` as one transaction: all that it writes is on disk when this returns, or, if it throws, nothing is
   * written. Returns what was written, in order.
   */
  transaction(action: () => void): Written[] {
    const written = this.write(action)
    this.flush()
    return written
  }

  /** The same, but what was written is on disk, and in what is read page by page, only after the next flush. */
  write(action: () => void): Written[] {
    let begun = false
    try {
      this.#transactions.run(() => {
        begun = true
        action()
        if (this.#skipped) this.#writeNext()
        const records = this.#written.map(({ record }) => record)
        return { next: this.#next, records: records.concat(this.#settings) }
      })
      this.#unsafe.add(this.#written)
      return this.#written
    } catch (error) {
      if (begun) this.#load()
      throw error
    } finally {
      this.#written = []
      this.#settings = []
      this.#skipped = false
    }
  }

  /** Has all that was written on disk when it returns. */
  flush(): void {
    this.#transactions.flush()
    this.#unsafe.clear()
  }

  /** The same without making anybody wait; nothing may be written until it is done. */
  flushAside(done: (error?: Error) => void): void {
    this.#transactions.flushAside(error => {
      if (!error) this.#unsafe.clear()
      done(error)
    })
  }

  /**
   * Brings the tables to disk, as is done from time to time; only what was written since is looked for in the journal
   * after a kill. `ifDue` leaves it to the log whether there is enough to do.
   */
  checkpoint({ ifDue = false } = {}): void {
    if (!ifDue || this.#transactions.isCheckpointDue) this.#transactions.checkpoint()
  }

  /** Within a transaction: gives a stream its number. */
  createStream(name: string): number {
    const number = ++this.#streamCount
    this.#putStream(name, number)
    return number
  }

  /** Within a transaction: writes an event at a place of its stream; returns its position. */
  append(
    stream: { readonly name: string; readonly number: number },
    revision: number,
    event: NewEvent,
  ): number {
    const position = this.#next
    const created = this.now()
    const streamName = Buffer.from(stream.name)
    const record = encodeRecord(event, {
      streamNumber: stream.number,
      streamName,
      revision,
      position,
      created,
    })
    this.#next = position + record.length
    this.#lastCreated = created
    this.#putRecord(stream.number, revision, position, record)
    this.#ids.add(event.id, position)
    this.#written.push({ stream: stream.name, revision, position, record })
    return position
  }

  /** Within a transaction: takes a position at which nothing is written. */
  skipPosition(): number {
    this.#skipped = true
    return this.#next++
  }

  /** What was kept under a name with `putSetting`. Can be asked whatever has become of the last write. */
  setting(name: string): string | undefined {
    return this.#tables.meta.getBinary(settingKey(name))?.toString()
  }

  /** Within a transaction: keeps a text of somebody's under a name, apart from the events. */
  putSetting(name: string, value: string): void {
    this.#settings.push(encodeSetting({ name, value }))
    this.#keepSetting({ name, value })
  }

  /**
   * Within a transaction: removes an event, but never the last one of its stream or of the log, by which the next ones
   * get their places. A kill may bring back what was removed shortly before.
   */
  remove(record: Buffer): void {
    this.#tables.revisions.removeSync(revisionKey(streamNumberOf(record), revisionOf(record)))
    this.#tables.records.removeSync(positionKey(positionOf(record)))
  }

  /**
   * Gives the disk back what removed events took, by way of a copy; returns how many bytes. Reads and writes go on but
   * for a moment at the end. Where it can't be done (in memory; on Windows, which lets no open file be replaced), 0.
   */
  async compact(): Promise<number> {
    const { dir, durable } = this.#options
    if (!durable || process.platform === 'win32') return 0
    const release = this.#transactions.holdJournal()
    const generation = this.#generation
    this.#copies++
    try {
      const before = fileBytes(dir)
      const { env } = this.#tables
      await compactCopy(this.#tables, dir)
      // Emptied in the meantime: the copy is of what was there before.
      if (this.#generation !== generation) return 0
      const closeJournal = this.#goOnWith(takeCopy(dir))
      await env.close()
      closeJournal()
      return before - fileBytes(dir)
    } finally {
      this.#copies--
      release()
      // Opened in the copy's folder, they are locked there; other processes look for the lock in the store's.
      this.#letGoOfMemory()
      forgetCopy(dir)
    }
  }

  /** Goes on with other tables, brought up to date from the journal; returns what closes the old one's file. */
  #goOnWith(tables: Tables): () => void {
    const closeJournal = this.#transactions.abandon()
    this.#tables = tables
    this.#begin()
    return closeJournal
  }

  /** Copies everything that was acknowledged before this call into an empty folder, while reads and writes go on. */
  async backup(place: string): Promise<void> {
    this.checkpoint()
    this.#copies++
    try {
      await copyTables(this.#tables, place)
    } finally {
      this.#copies--
    }
  }

  /** What the tables have mapped into memory goes back to the system, unless a copy is being made of it. */
  #letGoOfMemory(): void {
    if (this.#copies > 0 || this.#transactions.broken) return
    try {
      this.#transactions.reopenTables()
    } catch {
      // Either there is no room to write the tables just now, and it is tried again later, or every call says why not.
    }
  }

  /** Removes everything. */
  clear(): void {
    this.#generation++
    this.#transactions.runAlone(() => {
      for (const table of [
        this.#tables.records,
        this.#tables.revisions,
        this.#tables.streams,
        this.#tables.ids,
        this.#tables.meta,
      ]) {
        table.clearSync()
      }
      this.#writeFormat()
    })
    this.#load()
  }

  /** Closes the files; the log can't be used afterwards. */
  async close(): Promise<void> {
    this.#mapped.stop()
    try {
      this.#transactions.close()
    } finally {
      await this.#tables.env.close()
    }
  }

  #checkFormat(dir: string): void {
    const format = this.#tables.meta.getBinary(Buffer.from('format'))?.toString()
    if (format === undefined || format === WITHOUT_JOURNAL)
      this.#tables.env.transactionSync(() => this.#writeFormat())
    else if (format !== FORMAT) {
      throw new DamagedStore(`${dir} holds format ${format}; this version reads ${FORMAT}.`)
    }
  }

  #writeFormat(): void {
    this.#tables.meta.putSync(Buffer.from('format'), Buffer.from(FORMAT))
  }

  #putStream(name: string, number: number): void {
    const value = Buffer.alloc(4)
    value.writeUInt32BE(number, 0)
    this.#tables.streams.putSync(nameKey(name), value)
  }

  #putRecord(stream: number, revision: number, position: number, record: Buffer): void {
    this.#tables.records.putSync(positionKey(position), record)
    const value = Buffer.allocUnsafe(6)
    value.writeUIntBE(position, 0, 6)
    this.#tables.revisions.putSync(revisionKey(stream, revision), value)
  }

  #keepSetting({ name, value }: Setting): void {
    this.#tables.meta.putSync(settingKey(name), Buffer.from(value))
  }

  #writeNext(): void {
    this.#tables.meta.putSync(Buffer.from('next'), Buffer.from(String(this.#next)))
  }

  /** Puts what the tables have lost into them again, and finds out where the log ends. */
  #restore(entries: readonly JournalEntry[]): void {
    for (const record of entries.flatMap(({ records }) => records)) {
      if (isSetting(record)) {
        this.#keepSetting(decodeSetting(record))
        continue
      }
      const position = positionOf(record)
      const number = streamNumberOf(record)
      const name = streamNameOf(record).toString()
      if (this.streamNumber(name) === undefined) this.#putStream(name, number)
      this.#putRecord(number, revisionOf(record), position, intact(record, position))
    }
    const last = entries.at(-1)
    if (last) {
      this.#next = last.next
      this.#writeNext()
    }
    this.#load()
  }

  /** Finds out where the log ends, and reads the ids that no run holds yet. */
  #load(): void {
    const reserved = Number(
      this.#tables.meta.getBinary(Buffer.from('next'))?.toString() ?? FIRST_POSITION,
    )
    const [last] = this.#readBefore(Infinity, {
      from: Number.MAX_SAFE_INTEGER,
      backwards: true,
      limit: 1,
    })
    this.#next = Math.max(reserved, last ? positionOf(last) + last.length : FIRST_POSITION)
    this.#lastCreated = last ? createdOf(last) : 0
    const [lastKey] = this.#tables.revisions.getKeys({ reverse: true, limit: 1 })
    this.#streamCount = lastKey?.readUInt32BE(0) ?? 0
    let from = this.#ids.load() + 1
    for (;;) {
      const page = this.#readBefore(Infinity, { from, backwards: false, limit: 1000 })
      for (const record of page) {
        from = positionOf(record) + 1
        this.#ids.add(idOf(record), from - 1)
      }
      if (page.length === 0) return
    }
  }
}

function intact(record: Buffer, position: number): Buffer {
  if (!isIntact(record)) {
    throw new DamagedStore(`The record at position ${position} is damaged.`)
  }
  return record
}
