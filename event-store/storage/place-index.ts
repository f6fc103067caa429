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
  #recent = new Map<number, Recent>()

  constructor(place: RunPlace) {
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
   * inclusive; the first may be missing. Throws `DamagedStore` where one between others is.
   */
  placesOf(stream: number, { from, to, limit, backwards = false }: StreamRange): Places {
    if (!backwards) {
      const low = this.#firstFrom(stream, Math.max(from, 0))
      return { first: low, positions: this.#ascending(stream, low, Math.min(to, low + limit - 1)) }
    }
    const { head } = this.endOf(stream)
    const high = Math.min(from, head)
    const low = this.#firstFrom(stream, Math.max(to, high - limit + 1, 0))
    return { first: high, positions: this.#ascending(stream, low, high).reverse() }
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

  /** The first number from one on that a stream has an event of: an index made anew knows none that were scavenged. */
  #firstFrom(stream: number, revision: number): number {
    if (revision === 0 ? this.#lowest(stream) === 0 : this.#kept(stream, revision - 1))
      return revision
    return Math.max(revision, this.#lowest(stream))
  }

  #lowest(stream: number): number {
    return (
      this.set.firstOf(stream)?.second ?? this.#recent.get(stream)?.from ?? Number.POSITIVE_INFINITY
    )
  }

  /** From `low` to `high`, as far as there are events; `low` must not lie behind the last. */
  #ascending(stream: number, low: number, high: number): number[] {
    const found: number[] = []
    let next = low
    for (const run of this.set.runs) {
      if (next > high) return found
      if (!run.mayHave({ first: stream, second: 0 })) continue
      for (let place = run.placeOf({ first: stream, second: next }); place < run.count; place++) {
        const { first, second, value } = run.entry(place)
        if (first !== stream || second > high) break
        if (second !== next) throw missing(stream, next)
        found.push(value)
        next++
      }
    }
    const recent = this.#recent.get(stream)
    if (recent && recent.positions.length > 0 && next <= high) {
      if (next < recent.from) throw missing(stream, next)
      found.push(...recent.positions.slice(next - recent.from, high - recent.from + 1))
    }
    return found
  }
}

const missing = (stream: number, revision: number): DamagedStore =>
  new DamagedStore(`The place of event ${revision} of stream ${stream} is missing.`)
