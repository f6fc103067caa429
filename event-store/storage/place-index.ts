// Where in the log the events of a stream stand: by the stream's number and the event's, those of late in memory.
import { TOMBSTONE_REVISION } from '../protocol/recorded-event.ts'
import { avalanche } from './bloom-filter.ts'
import { DamagedStore } from './errors.ts'
import { type RunPlace, RunSet } from './run-set.ts'
import type { FilterHash, RunWriter } from './sorted-run.ts'

/** A tombstone comes behind all other numbers. */
const TOMBSTONE_KEY = 2 ** 48 - 1
const byStream: FilterHash = { a: avalanche, b: first => avalanche(first ^ 0x9e3779b9) }

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

/** Positions of events that follow each other, and the number of the first. */
export interface Places {
  readonly first: number
  readonly positions: number[]
}

/** The events of a stream that no run holds yet: they follow each other. */
interface Recent {
  readonly from: number
  readonly positions: number[]
  tombstone: number | undefined
}

export class PlaceIndex {
  readonly set: RunSet
  readonly #isGone: (position: number) => boolean
  #recent = new Map<number, Recent>()

  /** `isGone` says of a position whether what stood there was scavenged. */
  constructor(place: RunPlace, isGone: (position: number) => boolean) {
    this.#isGone = isGone
    this.set = new RunSet({ ...place, name: 'places', hash: byStream })
  }

  /** Hears of an event; those of a stream come in order. Throws `DamagedStore` if one between them is missing. */
  add(stream: number, revision: number, position: number): void {
    let recent = this.#recent.get(stream)
    if (!recent) {
      const from = revision === TOMBSTONE_REVISION ? 0 : revision
      recent = { from, positions: [], tombstone: undefined }
      this.#recent.set(stream, recent)
    }
    if (revision === TOMBSTONE_REVISION) recent.tombstone = position
    else {
      const next = recent.from + recent.positions.length
      if (revision !== next) throw missing(stream, next)
      recent.positions.push(position)
    }
  }

  /** Takes back what was added last. */
  undo(stream: number, revision: number): void {
    const recent = this.#recent.get(stream) as Recent
    if (revision === TOMBSTONE_REVISION) recent.tombstone = undefined
    else recent.positions.pop()
    if (recent.positions.length === 0 && recent.tombstone === undefined) {
      this.#recent.delete(stream)
    }
  }

  endOf(stream: number): StreamEnd {
    const recent = this.#recent.get(stream)
    if (recent && recent.positions.length > 0) {
      const head = recent.from + recent.positions.length - 1
      return { head, tombstoned: recent.tombstone !== undefined }
    }
    const last = this.set.lastUpTo({ first: stream, second: TOMBSTONE_KEY })
    if (last?.second !== TOMBSTONE_KEY) {
      return { head: last?.second ?? -1, tombstoned: recent !== undefined }
    }
    const before = this.set.lastUpTo({ first: stream, second: TOMBSTONE_KEY - 1 })
    return { head: before?.second ?? -1, tombstoned: true }
  }

  /** Where an event stands; undefined where there never was one. */
  positionOf(stream: number, revision: number): number | undefined {
    const recent = this.#recent.get(stream)
    if (revision === TOMBSTONE_REVISION) {
      return recent?.tombstone ?? this.#kept(stream, TOMBSTONE_KEY)
    }
    const inMemory = recent?.positions[revision - recent.from]
    return inMemory ?? this.#kept(stream, revision)
  }

  /**
   * Where up to `limit` events of a stream stand that follow each other, from one number up (or down) to another, both
   * inclusive; the first that there is may be a later (or earlier) one. Throws `DamagedStore` where one between others is
   * missing.
   */
  placesOf(stream: number, { from, to, limit, backwards = false }: StreamRange): Places {
    return backwards ? this.#down(stream, from, to, limit) : this.#up(stream, from, to, limit)
  }

  get recentCount(): number {
    let count = 0
    for (const { positions, tombstone } of this.#recent.values()) {
      count += positions.length + (tombstone === undefined ? 0 : 1)
    }
    return count
  }

  /** Writes what a run is to be made of: all that is in memory, in order. */
  writeRecent(writer: RunWriter): void {
    for (const stream of Uint32Array.from(this.#recent.keys()).sort()) {
      const { from, positions, tombstone } = this.#recent.get(stream) as Recent
      for (let i = 0; i < positions.length; i++) {
        writer.add(stream, from + i, positions[i] as number)
      }
      if (tombstone !== undefined) writer.add(stream, TOMBSTONE_KEY, tombstone)
    }
  }

  /** A run holds what was in memory. */
  forgetRecent(): void {
    this.#recent = new Map()
  }

  #kept(stream: number, revision: number): number | undefined {
    const last = this.set.lastUpTo({ first: stream, second: revision })
    return last?.second === revision ? last.value : undefined
  }

  #up(stream: number, from: number, to: number, limit: number): Places {
    const low = Math.max(from, 0)
    const first = this.#firstFrom(stream, low)
    if (first === undefined || first > to) return NOWHERE
    if (first > low) this.#demandGone(stream, low - 1)
    const { positions } = this.#stretch(stream, first, Math.min(to, first + limit - 1))
    return { first, positions }
  }

  #down(stream: number, from: number, to: number, limit: number): Places {
    const highest = Math.min(from, this.endOf(stream).head)
    const first = this.#lastUpTo(stream, highest)
    if (first === undefined || first < to) return NOWHERE
    if (first < highest) this.#demandGone(stream, first)
    let low = Math.max(to, first - limit + 1, 0)
    for (;;) {
      const { positions, next } = this.#stretch(stream, low, first)
      if (next > first) return { first, positions: positions.reverse() }
      // What lies before a gap was scavenged.
      low = this.#firstFrom(stream, next) as number
    }
  }

  /** The first number from one on that an event of a stream has. */
  #firstFrom(stream: number, revision: number): number | undefined {
    const kept = this.set.firstFrom({ first: stream, second: revision })
    if (kept && kept.second !== TOMBSTONE_KEY) return kept.second
    const recent = this.#recent.get(stream)
    const isThere = recent && recent.positions.length > 0
    const end = isThere ? recent.from + recent.positions.length : 0
    return isThere && revision < end ? Math.max(recent.from, revision) : undefined
  }

  /** The last number up to one that an event of a stream has. */
  #lastUpTo(stream: number, revision: number): number | undefined {
    const recent = this.#recent.get(stream)
    if (recent && recent.positions.length > 0 && recent.from <= revision) {
      return Math.min(revision, recent.from + recent.positions.length - 1)
    }
    return this.set.lastUpTo({ first: stream, second: revision })?.second
  }

  /**
   * A gap in a stream's numbers is one that a scavenge left if what stands before it was scavenged, too; else an event is
   * missing, and `DamagedStore` thrown. Where nothing stands before it, all of that was.
   */
  #demandGone(stream: number, before: number): void {
    const last = this.#lastUpTo(stream, before)
    const position = last === undefined ? undefined : this.positionOf(stream, last)
    if (position !== undefined && !this.#isGone(position)) throw missing(stream, before + 1)
  }

  /** From `low` to `high`, but only to the first gap: `next` is the number behind that. */
  #stretch(stream: number, low: number, high: number): { positions: number[]; next: number } {
    const positions: number[] = []
    let next = low
    for (const run of this.set.runs) {
      if (next > high) break
      if (!run.mayHave({ first: stream, second: 0 })) continue
      for (let place = run.placeOf({ first: stream, second: next }); place < run.count; place++) {
        const { first, second, value } = run.entry(place)
        if (first !== stream || second > high) break
        if (second !== next) {
          this.#demandGone(stream, next - 1)
          return { positions, next }
        }
        positions.push(value)
        next++
      }
    }
    const recent = this.#recent.get(stream)
    if (recent && recent.positions.length > 0 && next <= high && recent.from <= high) {
      if (next < recent.from) this.#demandGone(stream, next - 1)
      else {
        for (let i = next - recent.from; i < recent.positions.length && next <= high; i++, next++) {
          positions.push(recent.positions[i] as number)
        }
      }
    }
    return { positions, next }
  }
}

const NOWHERE: Places = { first: 0, positions: [] }

const missing = (stream: number, revision: number): DamagedStore =>
  new DamagedStore(`The place of event ${revision} of stream ${stream} is missing.`)
