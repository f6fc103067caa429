// The log on disk: events in the order in which they were written, in files that are only added to, and an index of them.
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import {
  createdOf,
  encodeRecord,
  idOf,
  isNote,
  markCommit,
  type NewEvent,
  positionOf,
  revisionOf,
  streamNameOf,
  streamNumberOf,
} from '../protocol/recorded-event.ts'
import { settingNote, settingOf, skipNote } from './entries.ts'
import { DamagedStore, StoreFull } from './errors.ts'
import { demandFormat } from './format.ts'
import { INDEX_FOLDER, type IndexState, readManifest } from './index-manifest.ts'
import { LogIndex } from './log-index.ts'
import { LogReader } from './log-reader.ts'
import { rewriteSegments } from './rewrite.ts'
import { LOG_FOLDER, Segments } from './segments.ts'

export type { LogRange, StreamEnd, StreamRange } from './log-reader.ts'

/** Where the first entry stands: position 0 is before everything. */
const FIRST_POSITION = 1
/** What must stay free on the disk besides what is written: a run of the index, and the end of a segment. */
const SPARE_BYTES = 4 * 1024 * 1024
/** What an event takes in the index, and once more while runs are merged. */
const INDEX_BYTES_AN_EVENT = 100

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
  /** How large a file of events becomes. */
  readonly segmentBytes?: number
  /** How many events the index keeps in memory. */
  readonly runEvents?: number
}

const SEGMENT_BYTES = 64 * 1024 * 1024
const RUN_EVENTS = 8_192

/** What the system says about the room beneath a folder. */
function freeBytesIn(dir: string): number {
  const { bavail, bsize } = statfsSync(dir)
  return bavail * bsize
}

/** What the transaction under way has done, to be undone if it fails. */
class Pending {
  readonly entries: Buffer[] = []
  readonly written: Written[] = []
  readonly streams: string[] = []
  readonly settings: { readonly name: string; readonly before: string | undefined }[] = []
}

/**
 * One store's files. Reads see what is committed, and within `transaction` what it has written so far, but for pages of
 * records. Everything is synchronous: a page of records is read, or a batch written, in one go.
 */
export class Log extends LogReader {
  readonly #options: LogOptions
  readonly #now: () => number
  readonly #freeBytes: () => number
  readonly #segments: Segments
  #index: LogIndex
  #next: number
  #streamCount = 0
  #lastCreated = 0
  #settings = new Map<string, string>()
  #transaction: Pending | undefined
  #broken: DamagedStore | undefined
  #generation = 0

  private constructor(options: LogOptions) {
    super()
    this.#options = options
    const { dir, durable, freeBytes = () => freeBytesIn(dir), now } = options
    this.#now = now
    this.#freeBytes = freeBytes
    const { segmentBytes = SEGMENT_BYTES } = options
    const place = { dir: join(dir, LOG_FOLDER), durable, firstPosition: FIRST_POSITION }
    const known = readManifest(this.#indexPlace)?.last
    this.#segments = new Segments({ ...place, segmentBytes, known })
    this.#next = this.#segments.end
    try {
      this.#index = this.#openIndex()
      this.#readOn()
    } catch (error) {
      this.#segments.close()
      throw error
    }
  }

  /** Opens or creates the store in a folder that exists. Throws `DamagedStore`. */
  static open(options: LogOptions): Log {
    demandFormat(options.dir)
    try {
      return new Log(options)
    } catch (cause) {
      if (cause instanceof DamagedStore) throw cause
      throw new DamagedStore(`${options.dir} can't be opened: ${(cause as Error).message}`, {
        cause,
      })
    }
  }

  /** Milliseconds since 1970, never running backwards against what is written. */
  now(): number {
    return Math.max(this.#now(), this.#lastCreated)
  }

  protected get sound() {
    if (this.#broken) throw this.#broken
    return { segments: this.#segments, index: this.#index }
  }

  /** What is kept in which files, for those who look after them. */
  get files(): { readonly segments: Segments; readonly index: LogIndex } {
    return this.sound
  }

  /** Where the files are. */
  get dir(): string {
    return this.#options.dir
  }

  /** How many streams there have ever been; they are numbered from 1 on. */
  get streamCount(): number {
    return this.#streamCount
  }

  /** Changes when everything was removed. */
  get generation(): number {
    return this.#generation
  }

  /** The oldest event of the log with this id. */
  eventById(id: Buffer): Buffer | undefined {
    for (const position of this.sound.index.ids.candidates(id)) {
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
    if (this.#broken) throw this.#broken
    const pending = new Pending()
    const created = this.#lastCreated
    this.#transaction = pending
    try {
      action()
      if (pending.entries.length > 0) this.#append(pending)
      this.unsafe.add(pending.written)
      return pending.written
    } catch (error) {
      this.#lastCreated = created
      this.#undo(pending)
      throw error
    } finally {
      this.#transaction = undefined
    }
  }

  /** Has all that was written on disk when it returns. */
  flush(): void {
    if (this.#broken) throw this.#broken
    try {
      this.#segments.flush()
    } catch (error) {
      throw this.#break(error)
    }
    this.unsafe.clear()
  }

  /** The same without making anybody wait; nothing may be written until it is done. */
  flushAside(done: (error?: Error) => void): void {
    this.#segments.flushAside(error => {
      if (!error) this.unsafe.clear()
      done(error ? this.#break(error) : undefined)
    })
  }

  /**
   * Does what is due from time to time: finishes a segment that is full, and takes what the index has in memory to disk.
   * Everything must be on disk. What there is no room for is left to the next time.
   */
  maintain(): void {
    if (this.#broken) return
    try {
      if (this.#segments.isFull) this.#segments.roll()
      if (!this.#index.isRunDue) return
      this.#index.makeRuns(this.#state)
      this.#index.tidy()
    } catch {
      // As promised.
    }
  }

  /** Within a transaction: gives a stream its number. */
  createStream(name: string): number {
    const number = ++this.#streamCount
    this.#index.names.add(name, number)
    this.#pending.streams.push(name)
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
    const record = encodeRecord(event, {
      streamNumber: stream.number,
      streamName: Buffer.from(stream.name),
      revision,
      position,
      created,
    })
    this.#lastCreated = created
    this.#add(record)
    this.#index.places.add(stream.number, revision, position)
    this.#index.ids.add(event.id, position)
    this.#pending.written.push({ stream: stream.name, revision, position, record })
    return position
  }

  /** Within a transaction: takes a position at which nothing is written. */
  skipPosition(): number {
    const position = this.#next
    this.#add(skipNote(position))
    return position
  }

  /** What was kept under a name with `putSetting`. Can be asked whatever has become of the last write. */
  setting(name: string): string | undefined {
    return this.#settings.get(name)
  }

  /** Within a transaction: keeps a text of somebody's under a name, apart from the events. */
  putSetting(name: string, value: string): void {
    this.#add(settingNote(this.#next, { name, value }))
    this.#pending.settings.push({ name, before: this.#settings.get(name) })
    this.#settings.set(name, value)
  }

  /**
   * Removes the events that `isWanted` doesn't want, a few at a time, and gives the disk back what they took; returns how
   * many bytes. Reads and writes go on. Of each stream it must want the last event, and all that follow one that it wants.
   * Stops early once the signal says so.
   */
  async scavenge(isWanted: (record: Buffer) => boolean, stop: AbortSignal): Promise<number> {
    this.flush()
    this.#segments.roll()
    const generation = this.#generation
    const isWantedEntry = (entry: Buffer): boolean => {
      if (!isNote(entry)) return isWanted(entry)
      const setting = settingOf(entry)
      return setting !== undefined && this.#settings.get(setting.name) === setting.value
    }
    const isOver = (): boolean => stop.aborted || this.#generation !== generation
    const before = this.#segments.bytes
    await rewriteSegments(this.#segments, isWantedEntry, isOver)
    return Math.max(before - this.#segments.bytes, 0)
  }

  /** Removes everything. */
  clear(): void {
    if (this.#broken) throw this.#broken
    this.#generation++
    this.#index.abandon()
    LogIndex.forget(this.#indexPlace)
    this.#segments.clear()
    this.#index = this.#openIndex()
    this.#next = this.#segments.end
    this.#streamCount = 0
    this.#lastCreated = 0
    this.#settings = new Map()
    this.unsafe.begin(0)
  }

  /** Closes the files; the log can't be used afterwards. */
  async close(): Promise<void> {
    try {
      await this.#index.close(this.#broken ? undefined : this.#state)
    } finally {
      this.#segments.close()
    }
  }

  protected pending(position: number): Buffer | undefined {
    if (position < this.#segments.end) return undefined
    const written = this.#transaction?.written ?? []
    let [low, high] = [0, written.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((written[middle] as Written).position < position) low = middle + 1
      else high = middle
    }
    const found = written[low]
    return found?.position === position ? found.record : undefined
  }

  get #pending(): Pending {
    if (!this.#transaction) throw new TypeError('This belongs inside a transaction.')
    return this.#transaction
  }

  get #state(): IndexState {
    return {
      through: this.#next,
      streams: this.#streamCount,
      settings: Object.fromEntries(this.#settings),
      last: this.#segments.last.known,
    }
  }

  get #indexPlace(): string {
    return join(this.#options.dir, INDEX_FOLDER)
  }

  #openIndex(): LogIndex {
    const { durable, runEvents = RUN_EVENTS } = this.#options
    return new LogIndex({ dir: this.#indexPlace, durable, runEvents })
  }

  #add(entry: Buffer): void {
    this.#pending.entries.push(entry)
    this.#next += entry.length
  }

  #append({ entries, written }: Pending): void {
    markCommit(entries)
    let bytes = SPARE_BYTES + written.length * INDEX_BYTES_AN_EVENT
    for (const { length } of entries) bytes += length
    if (this.#freeBytes() < bytes) {
      throw new StoreFull(`There is no room left in ${this.#options.dir}.`)
    }
    this.#segments.append(entries)
  }

  #undo({ written, streams, settings }: Pending): void {
    for (const { record, revision } of written.toReversed()) {
      this.#index.places.undo(streamNumberOf(record), revision)
      this.#index.ids.undo()
    }
    for (const name of streams) this.#index.names.undo(name)
    this.#streamCount -= streams.length
    for (const { name, before } of settings.toReversed()) {
      if (before === undefined) this.#settings.delete(name)
      else this.#settings.set(name, before)
    }
    this.#next = this.#segments.end
  }

  /** Tells the index what the log holds beyond it, or everything where there is no index to be trusted. */
  #readOn(): void {
    const { opened } = this.#index
    if (opened && opened.through > this.#segments.end) {
      const lost = `positions ${this.#segments.end} to ${opened.through} are damaged or missing`
      throw new DamagedStore(`${this.#options.dir} has lost its end: ${lost}.`)
    }
    const from = opened?.through ?? FIRST_POSITION
    this.#streamCount = opened?.streams ?? 0
    this.#settings = new Map(Object.entries(opened?.settings ?? {}))
    this.#segments.forwards(from, (entry, position) => {
      if (this.#index.isRunDue) {
        this.#index.makeRuns({ ...this.#state, through: position })
        this.#index.tidyNow()
      }
      this.#learn(entry, position)
      return true
    })
    this.#findLast()
    if (!opened) this.#index.tidy()
  }

  #learn(entry: Buffer, position: number): void {
    if (isNote(entry)) {
      const setting = settingOf(entry)
      if (setting) this.#settings.set(setting.name, setting.value)
      return
    }
    const number = streamNumberOf(entry)
    if (this.#isNew(number)) {
      this.#streamCount = Math.max(this.#streamCount, number)
      this.#index.names.add(streamNameOf(entry).toString(), number)
    }
    this.#index.places.add(number, revisionOf(entry), position)
    this.#index.ids.add(idOf(entry), position)
  }

  /** Where a scavenge removed a stream's first events, its number shows later than others that are higher. */
  #isNew(number: number): boolean {
    if (number > this.#streamCount) return true
    if (this.#index.opened) return false
    const { head, tombstoned } = this.#index.places.endOf(number)
    return head < 0 && !tombstoned
  }

  #findLast(): void {
    let last = 0
    this.#segments.backwards(Number.POSITIVE_INFINITY, entry => {
      if (isNote(entry)) return true
      last = positionOf(entry)
      this.#lastCreated = createdOf(entry)
      return false
    })
    this.unsafe.begin(last)
  }

  #break(cause: unknown): DamagedStore {
    const words = (cause as Error).message
    this.#broken = new DamagedStore(
      `The last write was not brought to disk, restart the server: ${words}`,
      { cause },
    )
    return this.#broken
  }
}
