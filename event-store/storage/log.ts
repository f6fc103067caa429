// The log on disk: events in the order in which they were written, in files that are only added to, and an index of them.
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { encodeRecord, isNote, markCommit, type NewEvent } from '../protocol/recorded-event.ts'
import { settingNote, settingOf, skipNote } from './entries.ts'
import { DamagedStore, StoreFull } from './errors.ts'
import { demandFormat } from './format.ts'
import { INDEX_FOLDER, readManifest } from './index-manifest.ts'
import { FIRST_POSITION, LogContents } from './log-contents.ts'
import { LogIndex } from './log-index.ts'
import { LogReader } from './log-reader.ts'
import { Pending, type Written } from './pending.ts'
import { rewriteSegments } from './rewrite.ts'
import { LOG_FOLDER, Segments } from './segments.ts'

export type { LogRange, StreamEnd, StreamRange } from './log-reader.ts'
export type { Written } from './pending.ts'

/** What must stay free on the disk besides what is written: a run of the index, and the end of a segment. */
const SPARE_BYTES = 4 * 1024 * 1024
/** A clock that is behind the last event by no more than this counts as standing still. */
const STEP_BACK_MS = 1000
/** What an event takes in the index, and once more while runs are merged. */
const INDEX_BYTES_AN_EVENT = 100

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

/**
 * One store's files. Reads see what is committed, and within `transaction` what it has written so far, but for pages of
 * records. Everything is synchronous: a page of records is read, or a batch written, in one go.
 */
export class Log extends LogReader {
  readonly #options: LogOptions
  readonly #now: () => number
  readonly #freeBytes: () => number
  readonly #segments: Segments
  #contents: LogContents
  #next: number
  #transaction: Pending | undefined
  /** Bytes that the disk had room for when the transaction first asked. */
  #room: number | undefined
  #flushes = 0
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
      this.#contents = this.#openContents()
      this.#contents.readOn(this.#segments)
      this.unsafe.begin(this.#contents.lastPosition)
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

  /** Milliseconds since 1970, as the clock has it. */
  now(): number {
    return this.#now()
  }

  /** Where times run backwards: between two of these positions, each event was written at the time of the one before or later. */
  get jumps(): readonly number[] {
    return this.#contents.jumps
  }

  protected get sound() {
    if (this.#broken) throw this.#broken
    return { segments: this.#segments, index: this.#contents.index }
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
    return this.#contents.streamCount
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
    const pending = new Pending(this.#contents)
    this.#transaction = pending
    this.#room = undefined
    try {
      action()
      if (pending.entries.length > 0) this.#append(pending)
      this.unsafe.add(pending.written)
      return pending.written
    } catch (error) {
      pending.undo()
      this.#next = this.#segments.end
      throw error
    } finally {
      this.#transaction = undefined
    }
  }

  /**
   * Within a transaction: does one of its writes. What this throws, also for want of room on the disk, is undone alone: the
   * others' writes stand.
   */
  attempt<T>(action: () => T): T {
    const pending = this.#pending
    const mark = pending.mark()
    const next = this.#next
    try {
      const result = action()
      if (pending.entries.length > mark.entries) this.#demandRoom(pending)
      return result
    } catch (error) {
      pending.undo(mark)
      this.#next = next
      throw error
    }
  }

  /** Within a transaction: how many bytes it has written so far. */
  get pendingBytes(): number {
    return this.#pending.bytes
  }

  /** Has all that was written on disk when it returns. */
  flush(): void {
    if (this.#broken) throw this.#broken
    this.#flushes++
    try {
      this.#segments.flush()
    } catch (error) {
      throw this.#break(error)
    }
    this.unsafe.clear()
  }

  /** The same without making anybody wait; nothing may be written until it is done. */
  flushAside(done: (error?: Error) => void): void {
    const flush = ++this.#flushes
    this.#segments.flushAside(error => {
      // Waited for in the meantime, it is over: what has been written since is on its way with another.
      const isOver = flush !== this.#flushes
      if (!isOver && !error) this.unsafe.clear()
      done(error && !isOver ? this.#break(error) : undefined)
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
      const { index } = this.#contents
      if (!index.isRunDue) return
      index.makeRuns(this.#contents.stateAt(this.#segments))
      index.tidy()
    } catch {
      // As promised.
    }
  }

  /** Within a transaction: gives a stream its number. */
  createStream(name: string): number {
    return this.#pending.addStream(name)
  }

  /** Within a transaction: writes an event at a place of its stream; returns its position. */
  append(
    stream: { readonly name: string; readonly number: number },
    revision: number,
    event: NewEvent,
  ): number {
    const position = this.#next
    const created = this.#moment()
    const record = encodeRecord(event, {
      streamNumber: stream.number,
      streamName: Buffer.from(stream.name),
      revision,
      position,
      created,
    })
    this.#next += record.length
    this.#pending.addEvent({ stream: stream.name, revision, position, record }, created)
    return position
  }

  /** Within a transaction: takes a position at which nothing is written. */
  skipPosition(): number {
    const position = this.#next
    this.#addNote(skipNote(position))
    return position
  }

  /** What was kept under a name with `putSetting`. Can be asked whatever has become of the last write. */
  setting(name: string): string | undefined {
    return this.#contents.settings.get(name)
  }

  /** Within a transaction: keeps a text of somebody's under a name, apart from the events. */
  putSetting(name: string, value: string): void {
    this.#addNote(settingNote(this.#next, { name, value }))
    this.#pending.addSetting(name, value)
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
      return setting !== undefined && this.setting(setting.name) === setting.value
    }
    const isOver = (): boolean => stop.aborted || this.#generation !== generation
    const before = this.#segments.bytes
    const { index } = this.#contents
    const onRemoved = (positions: Float64Array): Promise<void> => index.forgetPositions(positions)
    await rewriteSegments(this.#segments, { isWanted: isWantedEntry, isOver, onRemoved })
    return Math.max(before - this.#segments.bytes, 0)
  }

  /** Removes everything. */
  clear(): void {
    if (this.#broken) throw this.#broken
    this.#generation++
    this.#contents.index.abandon()
    LogIndex.forget(this.#indexPlace)
    this.#segments.clear()
    this.#contents = this.#openContents()
    this.#next = this.#segments.end
    this.#flushes++
    this.unsafe.begin(0)
  }

  /** Closes the files; the log can't be used afterwards. */
  async close(): Promise<void> {
    try {
      const state = this.#broken ? undefined : this.#contents.stateAt(this.#segments)
      await this.#contents.index.close(state)
    } finally {
      this.#segments.close()
    }
  }

  protected pending(position: number): Buffer | undefined {
    if (position < this.#segments.end) return undefined
    return this.#transaction?.recordAt(position)
  }

  get #pending(): Pending {
    if (!this.#transaction) throw new TypeError('This belongs inside a transaction.')
    return this.#transaction
  }

  get #indexPlace(): string {
    return join(this.#options.dir, INDEX_FOLDER)
  }

  #openContents(): LogContents {
    const { durable, runEvents = RUN_EVENTS } = this.#options
    const isGone = (position: number): boolean => this.record(position) === undefined
    return new LogContents(new LogIndex({ dir: this.#indexPlace, durable, runEvents, isGone }))
  }

  /** The time of an event: the clock's, but for small steps back, such as a clock that is kept right makes now and then. */
  #moment(): number {
    const [clock, last] = [this.#now(), this.#contents.lastCreated]
    return clock < last && last - clock <= STEP_BACK_MS ? last : clock
  }

  #addNote(note: Buffer): void {
    this.#pending.addNote(note)
    this.#next += note.length
  }

  #append(pending: Pending): void {
    const { entries } = pending
    markCommit(entries)
    this.#segments.demandFile()
    this.#demandRoom(pending)
    this.#segments.append(entries)
  }

  #demandRoom({ bytes, written }: Pending): void {
    this.#room ??= this.#freeBytes()
    if (this.#room >= SPARE_BYTES + bytes + written.length * INDEX_BYTES_AN_EVENT) return
    throw new StoreFull(this.#options.dir)
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
