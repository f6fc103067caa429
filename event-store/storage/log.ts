// The log on disk: records by position, positions by stream and revision, streams by name, events by id.
import { statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import {
  createdOf,
  encodeRecord,
  idOf,
  type NewEvent,
  positionOf,
  streamNameOf,
  streamNumberOf,
} from '../protocol/recorded-event.ts'
import { compactCopy, copyTables, forgetCopy, takeCopy } from './compact-copy.ts'
import { DamagedStore } from './errors.ts'
import { faultOf } from './file-check.ts'
import { IdRuns } from './id-runs.ts'
import type { JournalEntry } from './journal.ts'
import { intact, LogReader } from './log-reader.ts'
import { MappedMemory } from './mapped-memory.ts'
import { decodeSetting, encodeSetting, isSetting, settingKey } from './settings.ts'
import {
  clearTables,
  ensureFormat,
  keptNext,
  putNext,
  putRecord,
  putSetting,
  putStream,
  removeRecord,
} from './table-writes.ts'
import { openTables, type Tables } from './tables.ts'
import { Transactions } from './transactions.ts'

/** Where the first record stands: position 0 is before everything. */
const FIRST_POSITION = 1

export type { LogRange, StreamEnd, StreamRange } from './log-reader.ts'

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

/**
 * One store's files. Reads see what is committed, and within `transaction` what it has written so far.
 * Everything is synchronous: a page of records is read, or a batch written, in one go.
 */
export class Log extends LogReader {
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
  protected readonly mapped = new MappedMemory(() => this.#letGoOfMemory())
  #written: Written[] = []
  #settings: Buffer[] = []

  private constructor(tables: Tables, options: LogOptions) {
    super()
    this.#options = options
    this.#now = options.now
    this.#tables = tables
    ensureFormat(tables, options.dir)
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

  /** Milliseconds since 1970, never running backwards against what is written. */
  now(): number {
    return Math.max(this.#now(), this.#lastCreated)
  }

  protected get sound(): Tables {
    // It is made while the tables are read already.
    const broken = this.#transactions?.broken
    if (broken) throw broken
    return this.#tables
  }

  /** How many streams there have ever been; they are numbered from 1 on. */
  get streamCount(): number {
    return this.#streamCount
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
        if (this.#skipped) putNext(this.#tables, this.#next)
        const records = this.#written.map(({ record }) => record)
        return { next: this.#next, records: records.concat(this.#settings) }
      })
      this.unsafe.add(this.#written)
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
    this.unsafe.clear()
  }

  /** The same without making anybody wait; nothing may be written until it is done. */
  flushAside(done: (error?: Error) => void): void {
    this.#transactions.flushAside(error => {
      if (!error) this.unsafe.clear()
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
    putStream(this.#tables, name, number)
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
    putRecord(this.#tables, record)
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
    putSetting(this.#tables, { name, value })
  }

  /**
   * Within a transaction: removes an event, but never the last one of its stream or of the log, by which the next ones
   * get their places. A kill may bring back what was removed shortly before.
   */
  remove(record: Buffer): void {
    removeRecord(this.#tables, record)
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
    this.#transactions.runAlone(() => clearTables(this.#tables))
    this.#load()
  }

  /** Closes the files; the log can't be used afterwards. */
  async close(): Promise<void> {
    this.mapped.stop()
    try {
      this.#transactions.close()
    } finally {
      await this.#tables.env.close()
    }
  }

  /** Puts what the tables have lost into them again, and finds out where the log ends. */
  #restore(entries: readonly JournalEntry[]): void {
    for (const record of entries.flatMap(({ records }) => records)) {
      if (isSetting(record)) {
        putSetting(this.#tables, decodeSetting(record))
        continue
      }
      const name = streamNameOf(record).toString()
      if (this.streamNumber(name) === undefined)
        putStream(this.#tables, name, streamNumberOf(record))
      putRecord(this.#tables, intact(record, positionOf(record)))
    }
    const last = entries.at(-1)
    if (last) {
      this.#next = last.next
      putNext(this.#tables, this.#next)
    }
    this.#load()
  }

  /** Finds out where the log ends, and reads the ids that no run holds yet. */
  #load(): void {
    const [last] = this.readBefore(Infinity, {
      from: Number.MAX_SAFE_INTEGER,
      backwards: true,
      limit: 1,
    })
    const behindLast = last ? positionOf(last) + last.length : FIRST_POSITION
    this.#next = Math.max(keptNext(this.#tables), behindLast)
    this.#lastCreated = last ? createdOf(last) : 0
    const [lastKey] = this.#tables.revisions.getKeys({ reverse: true, limit: 1 })
    this.#streamCount = lastKey?.readUInt32BE(0) ?? 0
    let from = this.#ids.load() + 1
    for (;;) {
      const page = this.readBefore(Infinity, { from, backwards: false, limit: 1000 })
      for (const record of page) {
        from = positionOf(record) + 1
        this.#ids.add(idOf(record), from - 1)
      }
      if (page.length === 0) return
    }
  }
}
