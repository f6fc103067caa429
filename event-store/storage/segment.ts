// One segment of the log: a file of entries one after the other, found by their positions.
import { closeSync, constants, openSync } from 'node:fs'
import { basename } from 'node:path'
import {
  damagedAt,
  demandEntryAt,
  entryLength,
  entryPosition,
  LEAST_ENTRY_BYTES,
} from './entries.ts'
import { borrow, giveBack, PAGE_BYTES } from './scratch.ts'
import {
  decodeFences,
  FENCE_DISTANCE,
  type Fence,
  fencesLength,
  HEAD_BYTES,
  type SegmentTrailer,
} from './segment-file.ts'
import { readFully } from './sync-file.ts'

/** Most entries are no longer: one read gets them. */
export const LIKELY_BYTES = 4096

/** Is shown an entry, good only until it returns, and its position; false ends the showing. */
export type EntryVisitor = (entry: Buffer, position: number) => boolean

/** Where the entries of an unfinished segment end, and its fences up to there. */
export interface KnownSegment {
  readonly first: number
  readonly entriesEnd: number
  readonly fences: readonly Fence[]
}

export interface SegmentParts {
  readonly path: string
  readonly first: number
  readonly isSparse: boolean
  /** Of a finished segment. */
  readonly trailer?: SegmentTrailer
}

export class Segment {
  readonly path: string
  readonly first: number
  readonly isSparse: boolean
  readonly #trailer: SegmentTrailer | undefined
  #file: number | undefined
  #fences: Fence[] | undefined
  /** Where the entries end in the file, and which position comes then. */
  #entriesEnd: number
  #end: number

  constructor({ path, first, isSparse, trailer }: SegmentParts) {
    this.path = path
    this.first = first
    this.isSparse = isSparse
    this.#trailer = trailer
    this.#entriesEnd = trailer?.fencesAt ?? HEAD_BYTES
    this.#end = trailer?.end ?? first
    if (!trailer) this.#fences = []
  }

  /** The position behind its last entry. */
  get end(): number {
    return this.#end
  }

  /** Where the entries end in the file. */
  get entriesEnd(): number {
    return this.#entriesEnd
  }

  /** Whether nothing is added any more. */
  get isFinished(): boolean {
    return this.#trailer !== undefined
  }

  get isOpen(): boolean {
    return this.#file !== undefined
  }

  /** The file, opened when it is needed. */
  get file(): number {
    this.#file ??= openSync(this.path, this.#trailer ? constants.O_RDONLY : constants.O_RDWR)
    return this.#file
  }

  /** Lets go of the file until it is needed again. */
  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
    if (this.#trailer) this.#fences = undefined
  }

  /** Whether the fences can be read, without which no entry is found. */
  get isReadable(): boolean {
    try {
      return this.fences.length > 0
    } catch {
      return false
    }
  }

  get fences(): readonly Fence[] {
    this.#fences ??= this.#readFences()
    return this.#fences
  }

  /** What is to be known of an unfinished segment, to go on with it without reading all of it again. */
  get known(): KnownSegment {
    const { first, entriesEnd, fences } = this
    return { first, entriesEnd, fences: [...fences] }
  }

  /** Of an unfinished segment: takes over what was known of it. */
  remember({ entriesEnd, fences }: KnownSegment): void {
    this.#fences = [...fences]
    this.#entriesEnd = entriesEnd
    this.#end = this.first + entriesEnd - HEAD_BYTES
  }

  /** Of an unfinished segment: hears of an entry that was written behind the last. */
  grow(bytes: number): void {
    const fences = this.#fences as Fence[]
    const last = fences.at(-1)
    if (!last || this.#entriesEnd - last.place >= FENCE_DISTANCE) {
      fences.push({ position: this.#end, place: this.#entriesEnd })
    }
    this.#entriesEnd += bytes
    this.#end += bytes
  }

  /** A copy of the entry at a position; undefined where it was removed. Throws `DamagedStore`. */
  entry(position: number): Buffer | undefined {
    if (this.isSparse) return this.#search(position)
    const place = HEAD_BYTES + position - this.first
    if (place + LEAST_ENTRY_BYTES > this.#entriesEnd) throw damagedAt(position)
    const scratch = borrow()
    try {
      const likely = Math.min(LIKELY_BYTES, this.#entriesEnd - place)
      this.read(scratch, place, likely, position)
      const length = this.#lengthAt(scratch, 0, place, position)
      const entry = Buffer.allocUnsafe(length)
      if (length <= likely) scratch.copy(entry, 0, 0, length)
      else this.read(entry, place, length, position)
      demandEntryAt(entry, position)
      return entry
    } finally {
      giveBack(scratch)
    }
  }

  /**
   * Shows the entries from a position on. Returns false if the visitor ended it. Throws `DamagedStore` at the first that
   * can't be read.
   */
  forwards(from: number, visit: EntryVisitor): boolean {
    const fence = this.#fenceBefore(from)
    return fence ? this.#walk(fence, this.#entriesEnd, from, visit) : true
  }

  /** Shows the entries before a position, the last one first. Returns false if the visitor ended it. */
  backwards(before: number, visit: EntryVisitor): boolean {
    const { fences } = this
    for (let i = this.#lastFence(before - 1); i >= 0; i--) {
      const fence = fences[i] as Fence
      const end = fences[i + 1]?.place ?? this.#entriesEnd
      const entries: (readonly [Buffer, number])[] = []
      this.#walk(fence, end, fence.position, (entry, position) => {
        if (position < before) entries.push([Buffer.from(entry), position])
        return position < before
      })
      for (const [entry, position] of entries.reverse()) {
        if (!visit(entry, position)) return false
      }
    }
    return true
  }

  #walk(fence: Fence, end: number, from: number, visit: EntryVisitor): boolean {
    let { place, position } = fence
    const scratch = borrow()
    try {
      while (place < end) {
        const length = Math.min(PAGE_BYTES, end - place)
        this.read(scratch, place, length, position)
        let at = 0
        while (at + LEAST_ENTRY_BYTES <= length) {
          const entryBytes = this.#lengthAt(scratch, at, place + at, position)
          if (at + entryBytes > length) break
          const entry = scratch.subarray(at, at + entryBytes)
          if (this.isSparse) position = entryPosition(entry)
          if (position >= from) {
            demandEntryAt(entry, position)
            if (!visit(entry, position)) return false
          }
          at += entryBytes
          position += entryBytes
        }
        if (at === 0) {
          const entry = this.#readLarge(scratch, place, length, position)
          if (this.isSparse) position = entryPosition(entry)
          if (position >= from) {
            demandEntryAt(entry, position)
            if (!visit(entry, position)) return false
          }
          at = entry.length
          position += at
        }
        place += at
      }
      return true
    } finally {
      giveBack(scratch)
    }
  }

  /** An entry that is longer than what is read in one go. */
  #readLarge(head: Buffer, place: number, length: number, position: number): Buffer {
    if (length < LEAST_ENTRY_BYTES) throw damagedAt(position)
    const entry = Buffer.allocUnsafe(this.#lengthAt(head, 0, place, position))
    this.read(entry, place, entry.length, position)
    return entry
  }

  #search(position: number): Buffer | undefined {
    let found: Buffer | undefined
    this.forwards(position, (entry, at) => {
      if (at === position) found = Buffer.from(entry)
      return false
    })
    return found
  }

  /** How long the entry is that begins at a place; it must end before the entries do. */
  #lengthAt(bytes: Buffer, at: number, place: number, position: number): number {
    const length = entryLength(bytes, at)
    if (place + length > this.#entriesEnd) throw damagedAt(position)
    return length
  }

  /** Reads so many bytes from a place of the file. Throws `DamagedStore`, naming a position, where there are fewer. */
  read(target: Buffer, place: number, length: number, position: number): void {
    if (readFully(this.file, target, length, place) < length) throw damagedAt(position)
  }

  #fenceBefore(position: number): Fence | undefined {
    return this.fences[Math.max(this.#lastFence(position), 0)]
  }

  /** Which fence is the last that is not behind a position; -1 if all are. */
  #lastFence(position: number): number {
    const { fences } = this
    let [low, high] = [0, fences.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((fences[middle] as Fence).position <= position) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  #readFences(): Fence[] {
    const trailer = this.#trailer as SegmentTrailer
    const bytes = Buffer.allocUnsafe(fencesLength(trailer.fenceCount))
    this.read(bytes, trailer.fencesAt, bytes.length, this.#end)
    return decodeFences(bytes, trailer, basename(this.path))
  }
}
