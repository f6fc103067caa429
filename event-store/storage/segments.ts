// The files of a log: finished segments, read only, and the last one, which is added to.
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { join } from 'node:path'
import { type PlaceVisitor, showEntriesAt } from './entries-at.ts'
import { DamagedStore, StoreFull } from './errors.ts'
import { openFinished, openSegments } from './open-segments.ts'
import { type EntryVisitor, type KnownSegment, Segment } from './segment.ts'
import { encodeHead, encodeTail, segmentName } from './segment-file.ts'
import { bringFolderToDisk, bringToDisk, writeFully } from './sync-file.ts'

/** Where in a store's folder they are. */
export const LOG_FOLDER = 'log'
/**
 * The last file is kept filled with zeros behind its end: to flush what is written over bytes that are on disk already takes
 * 0.2 ms where to flush a file that has grown takes 0.35, since its size and place have to be written, too.
 */
const ZEROS = Buffer.alloc(1024 * 1024)
/** Commits beyond this size are so few that they may as well grow the file. */
const LARGEST_INTO_ZEROS = 128 * 1024
/** Finished segments whose files are open at once. */
const MOST_OPEN = 64
/** What the system says when the disk, the account or the file may take no more. */
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export interface SegmentsOptions {
  readonly dir: string
  /** False for stores that needn't outlive the process: nothing is flushed to disk. */
  readonly durable: boolean
  /** The position of the very first entry. */
  readonly firstPosition: number
  /** A segment that has grown so large is finished. */
  readonly segmentBytes: number
  /** What is known of the last segment, if it still is the last. */
  readonly known?: KnownSegment | undefined
}

export class Segments {
  readonly #options: SegmentsOptions
  readonly #list: Segment[] = []
  /** Segments that are on their way to disk, and how often; those among them that are to be closed afterwards. */
  readonly #flushing = new Map<Segment, number>()
  readonly #left = new Set<Segment>()
  /** Where the zeros behind the last segment's end stop, if there are any. */
  #zerosEnd = 0

  /** Opens a folder's files, or makes the first. Throws `DamagedStore`. */
  constructor(options: SegmentsOptions) {
    this.#options = options
    const { dir, firstPosition, known } = options
    mkdirSync(dir, { recursive: true })
    rmSync(this.scratchPath, { force: true })
    try {
      for (const segment of openSegments(dir, firstPosition, known)) this.#list.push(segment)
      const last = this.#list.at(-1)
      if (!last || last.isFinished) this.#begin(last?.end ?? firstPosition)
      else if (statSync(last.path).size > last.entriesEnd) this.#cutBehindEnd()
    } catch (error) {
      this.close()
      throw error
    }
  }

  get segmentBytes(): number {
    return this.#options.segmentBytes
  }

  get list(): readonly Segment[] {
    return this.#list
  }

  /** The one that is added to. */
  get last(): Segment {
    return this.#list.at(-1) as Segment
  }

  /** The position that comes next. */
  get end(): number {
    return this.last.end
  }

  /** Whether the last one has grown so large that it should be finished. */
  get isFull(): boolean {
    return this.last.entriesEnd >= this.segmentBytes
  }

  /** Bytes on the disk. */
  get bytes(): number {
    return this.#list.reduce((sum, { path }) => sum + statSync(path).size, 0)
  }

  /** The entry at a position; undefined where it was removed. Throws `DamagedStore`. */
  entry(position: number): Buffer | undefined {
    const segment = this.#list[this.#indexOf(position)]
    return segment && position < segment.end ? this.#use(segment).entry(position) : undefined
  }

  /** Shows the entries at positions that go up or down, or undefined for one that was removed. Throws `DamagedStore`. */
  entries(positions: readonly number[], visit: PlaceVisitor): void {
    for (let i = 0; i < positions.length; ) {
      const segment = this.#list[this.#indexOf(positions[i] as number)] as Segment
      const isHere = (at: number): boolean => {
        const position = positions[at] as number
        return position >= segment.first && position < segment.end
      }
      let end = i + 1
      while (end < positions.length && isHere(end)) end++
      if (!showEntriesAt(this.#use(segment), positions.slice(i, end), visit)) return
      i = end
    }
  }

  forwards(from: number, visit: EntryVisitor): void {
    for (let i = Math.max(this.#indexOf(from), 0); i < this.#list.length; i++) {
      if (!this.#use(this.#list[i] as Segment).forwards(from, visit)) return
    }
  }

  backwards(before: number, visit: EntryVisitor): void {
    for (let i = this.#indexOf(before - 1); i >= 0; i--) {
      if (!this.#use(this.#list[i] as Segment).backwards(before, visit)) return
    }
  }

  /**
   * Writes entries, which are one commit, behind the last; the next flush makes them safe. Throws `StoreFull` or the
   * system's error, and then has written nothing.
   */
  append(entries: readonly Buffer[]): void {
    const { last } = this
    const bytes = entries.length === 1 ? (entries[0] as Buffer) : Buffer.concat(entries)
    if (this.#options.durable && bytes.length <= LARGEST_INTO_ZEROS) this.#makeZeros(bytes.length)
    try {
      writeFully(last.file, bytes, last.entriesEnd)
    } catch (error) {
      // What was written of it must not be taken for the beginning of something else.
      this.#cutBehindEnd()
      if (!NO_ROOM.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      throw new StoreFull(this.#options.dir, { cause: error })
    }
    for (const { length } of entries) last.grow(length)
  }

  /**
   * Throws `DamagedStore` when somebody has removed the last file: it takes writes for as long as it is open, and is nowhere
   * after a restart.
   */
  demandFile(): void {
    const { dir, durable } = this.#options
    if (!durable || fstatSync(this.last.file).nlink > 0) return
    throw new DamagedStore(
      `The log is gone from ${dir}: stop the server, put the folder back from its newest backup, and start again.`,
    )
  }

  /** Has everything written so far on disk when it returns. Throws the system's error. */
  flush(): void {
    if (this.#options.durable) fdatasyncSync(this.last.file)
  }

  /** The same without making anybody wait; nothing may be written until it is done. */
  flushAside(done: (error: Error | null) => void): void {
    if (!this.#options.durable) {
      done(null)
      return
    }
    const { last } = this
    this.#flushing.set(last, (this.#flushing.get(last) ?? 0) + 1)
    fdatasync(last.file, error => {
      const others = (this.#flushing.get(last) as number) - 1
      if (others > 0) this.#flushing.set(last, others)
      else this.#flushing.delete(last)
      if (others === 0 && this.#left.delete(last)) last.close()
      done(error)
    })
  }

  /** Closes a file once nothing of it is on its way to disk. */
  #leave(segment: Segment): void {
    if (this.#flushing.has(segment)) this.#left.add(segment)
    else segment.close()
  }

  /** Finishes the last segment and begins the next; what was written must be on disk. */
  roll(): void {
    const { last } = this
    if (last.end === last.first) return
    const tail = encodeTail(last.fences, last.end, last.entriesEnd)
    try {
      this.#cutBehindEnd()
      writeFully(last.file, tail, last.entriesEnd)
      this.flush()
      this.#begin(last.end)
    } catch (error) {
      this.#cutBehindEnd()
      throw error
    }
    this.#leave(last)
    this.#list[this.#list.indexOf(last)] = openFinished(last.path)
  }

  /** Finished segments, oldest first. */
  get finished(): Segment[] {
    return this.#list.slice(0, -1)
  }

  /** Puts a file that holds what is left of finished segments, which follow each other, in their place. */
  replace(old: readonly Segment[], path: string): void {
    const first = old[0] as Segment
    for (const segment of old) segment.close()
    if (this.#options.durable) bringToDisk(path)
    renameSync(path, first.path)
    if (this.#options.durable) bringFolderToDisk(this.#options.dir)
    this.#list.splice(this.#list.indexOf(first), old.length, openFinished(first.path))
    for (const { path } of old.slice(1)) rmSync(path)
  }

  /** Where a file is made that is to replace segments. */
  get scratchPath(): string {
    return join(this.#options.dir, 'rewritten')
  }

  close(): void {
    if (this.#zerosEnd > 0) this.#cutBehindEnd()
    for (const segment of this.#list) this.#leave(segment)
  }

  /** Removes all files and begins anew. */
  clear(): void {
    for (const segment of this.#list.splice(0).reverse()) {
      this.#leave(segment)
      rmSync(segment.path, { force: true })
    }
    this.#begin(this.#options.firstPosition)
  }

  #begin(first: number): void {
    const { dir, durable } = this.#options
    const path = join(dir, segmentName(first))
    const file = openSync(path, 'w')
    try {
      writeFully(file, encodeHead({ first, isSparse: false }), 0)
      if (durable) fdatasyncSync(file)
    } catch (error) {
      // Left behind, it would have the one before it taken for finished.
      rmSync(path, { force: true })
      throw error
    } finally {
      closeSync(file)
    }
    if (durable) bringFolderToDisk(dir)
    this.#list.push(new Segment({ path, first, isSparse: false }))
  }

  /** Sees to it that so many bytes can be written over zeros; where there is no room for them, they grow the file. */
  #makeZeros(bytes: number): void {
    const { file, entriesEnd } = this.last
    const zerosEnd = Math.max(this.#zerosEnd, entriesEnd)
    if (entriesEnd + bytes <= zerosEnd) return
    try {
      writeFully(file, ZEROS, zerosEnd)
      this.#zerosEnd = zerosEnd + ZEROS.length
    } catch {
      this.#cutBehindEnd()
    }
  }

  #cutBehindEnd(): void {
    ftruncateSync(this.last.file, this.last.entriesEnd)
    this.#zerosEnd = 0
  }

  /** Keeps few files open. */
  #use(segment: Segment): Segment {
    if (segment.isOpen || segment === this.last) return segment
    this.#opened.push(segment)
    if (this.#opened.length > MOST_OPEN) this.#opened.shift()?.close()
    return segment
  }

  readonly #opened: Segment[] = []

  /** Which segment holds a position; -1 before the first. */
  #indexOf(position: number): number {
    let [low, high] = [0, this.#list.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#list[middle] as Segment).first <= position) low = middle + 1
      else high = middle
    }
    return low - 1
  }
}
