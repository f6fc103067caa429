// Writes segments anew without what nobody wants any more, a little at a time beside readers and writers.
import { closeSync, openSync, rmSync } from 'node:fs'
import type { Segment } from './segment.ts'
import { encodeHead, encodeTail, FENCE_DISTANCE, type Fence, HEAD_BYTES } from './segment-file.ts'
import type { Segments } from './segments.ts'
import { writeFully } from './sync-file.ts'

/** Entries between two pauses: about two milliseconds. */
const STEP_ENTRIES = 500

/** Positions of removed entries that are kept in memory. */
const MOST_REMOVED = 1_000_000

/** What is rewritten, and who hears of it. */
export interface RewriteRules {
  readonly isWanted: (entry: Buffer) => boolean
  /** Whether to end before the end. */
  readonly isOver: () => boolean
  /** Hears, in order, where nothing stands any more. */
  readonly onRemoved: (positions: Float64Array) => Promise<void>
}

/** The file that what is left of some segments is written to. */
class Rewriting {
  readonly inputs: Segment[] = []
  readonly #path: string
  readonly #file: number
  readonly #fences: Fence[] = []
  #isOpen = true
  #place = HEAD_BYTES
  #page: Buffer[] = []
  #pageBytes = 0
  /** The positions of what was left out. */
  readonly removed: number[] = []

  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'w')
  }

  /** How large the file has become. */
  get bytes(): number {
    return this.#place
  }

  add(entry: Buffer, position: number): void {
    const last = this.#fences.at(-1)
    if (!last || this.#place - last.place >= FENCE_DISTANCE) {
      this.#fences.push({ position, place: this.#place })
    }
    this.#page.push(Buffer.from(entry))
    this.#pageBytes += entry.length
    this.#place += entry.length
    if (this.#pageBytes >= FENCE_DISTANCE) this.#write()
  }

  /** Puts what was written in the place of what it was made of, unless that is the same. */
  finish(segments: Segments): void {
    const first = this.inputs[0]
    const isSame = this.inputs.length === 1 && this.removed.length === 0
    if (!first || isSame) {
      this.abandon()
      return
    }
    this.#write()
    const isSparse = this.removed.length > 0 || this.inputs.some(input => input.isSparse)
    const end = (this.inputs.at(-1) as Segment).end
    writeFully(this.#file, encodeTail(this.#fences, end, this.#place), this.#place)
    writeFully(this.#file, encodeHead({ first: first.first, isSparse }), 0)
    this.#close()
    segments.replace(this.inputs, this.#path)
  }

  abandon(): void {
    this.#close()
    rmSync(this.#path, { force: true })
  }

  #close(): void {
    if (this.#isOpen) closeSync(this.#file)
    this.#isOpen = false
  }

  #write(): void {
    writeFully(this.#file, Buffer.concat(this.#page), this.#place - this.#pageBytes)
    this.#page = []
    this.#pageBytes = 0
  }
}

/**
 * Rewrites the finished segments without the entries that are not wanted, oldest first; small ones become one. Ends early,
 * with all of them in order, when `isOver` says so. Rejects with `DamagedStore` or the system's error, in the same state.
 */
export async function rewriteSegments(segments: Segments, rules: RewriteRules): Promise<void> {
  let rewriting: Rewriting | undefined
  let removed: number[] = []
  const tell = async (): Promise<void> => {
    await rules.onRemoved(Float64Array.from(removed))
    removed = []
  }
  try {
    const { finished } = segments
    const last = finished.at(-1)
    for (const segment of finished) {
      rewriting ??= new Rewriting(segments.scratchPath)
      if (!(await copyWanted(segment, rewriting, rules))) return
      rewriting.inputs.push(segment)
      // What is at least half as large as others stays by itself.
      const isLast = segment === last
      if (rewriting.bytes < segments.segmentBytes / 2 && !isLast) continue
      rewriting.finish(segments)
      for (const position of rewriting.removed) removed.push(position)
      rewriting = undefined
      if (removed.length >= MOST_REMOVED) await tell()
    }
  } finally {
    rewriting?.abandon()
    if (removed.length > 0) await tell()
  }
}

/** False when it was over before the end. */
async function copyWanted(
  segment: Segment,
  rewriting: Rewriting,
  { isWanted, isOver }: RewriteRules,
): Promise<boolean> {
  let from = segment.first
  for (;;) {
    let count = 0
    const isDone = segment.forwards(from, (entry, position) => {
      from = position + 1
      if (isWanted(entry)) rewriting.add(entry, position)
      else rewriting.removed.push(position)
      return ++count < STEP_ENTRIES
    })
    await new Promise(setImmediate)
    if (isOver()) return false
    if (isDone) return true
  }
}
