// Which event ids the log holds already, those of late in memory.
import { avalanche } from './bloom-filter.ts'
import { type RunPlace, RunSet } from './run-set.ts'
import type { FilterHash, RunEntry } from './sorted-run.ts'

const byBoth: FilterHash = ({ first, second }) => [first, second]
/** So many fit into a sort key: the first 32 bits of a hash and, below them, which of the recent ids it is. */
const MOST_RECENT = 2 ** 21
const FIRST_SLOTS = 2 ** 12

const hash: [number, number] = [0, 0]
/** Sets `hash` for an id. */
function hashOf(id: Buffer): void {
  let a = 0x811c9dc5
  let b = 0x9e3779b9
  for (let i = 0; i < id.length; i++) {
    const c = id[i] as number
    a = Math.imul(a ^ c, 0x01000193)
    b = Math.imul(b ^ c, 0x5bd1e995)
    b ^= b >>> 15
  }
  hash[0] = avalanche(a)
  hash[1] = avalanche(b)
}

/** The newest ids lie in a table of open addresses, which is at most half full. */
export class IdIndex {
  readonly set: RunSet
  #slots = new Int32Array(FIRST_SLOTS).fill(-1)
  #first = new Uint32Array(FIRST_SLOTS / 2)
  #second = new Uint32Array(FIRST_SLOTS / 2)
  #positions = new Float64Array(FIRST_SLOTS / 2)
  #count = 0

  constructor(place: RunPlace) {
    this.set = new RunSet({ ...place, name: 'ids', hash: byBoth })
  }

  add(id: Buffer, position: number): void {
    if (this.#count === MOST_RECENT)
      throw new RangeError('So many events can not be written at once.')
    hashOf(id)
    if (this.#count === this.#positions.length) this.#grow()
    this.#first[this.#count] = hash[0]
    this.#second[this.#count] = hash[1]
    this.#positions[this.#count] = position
    this.#slots[this.#freeSlot(hash[0])] = this.#count++
  }

  /** Takes back the id that was added last. */
  undo(): void {
    this.#count--
    const mask = this.#slots.length - 1
    let slot = (this.#first[this.#count] as number) & mask
    while (this.#slots[slot] !== this.#count) slot = (slot + 1) & mask
    this.#slots[slot] = -1
  }

  /**
   * Positions of events that may have this id, oldest first. The caller compares: ids that only share
   * a hash are among them.
   */
  candidates(id: Buffer): number[] {
    hashOf(id)
    const [a, b] = hash
    const found = this.set.valuesOf({ first: a, second: b })
    const mask = this.#slots.length - 1
    for (let slot = a & mask; this.#slots[slot] !== -1; slot = (slot + 1) & mask) {
      const place = this.#slots[slot] as number
      if (this.#first[place] === a && this.#second[place] === b) {
        found.push(this.#positions[place] as number)
      }
    }
    return found
  }

  get recentCount(): number {
    return this.#count
  }

  /** What a run is to be made of: all that is in memory, in order. */
  recentEntries(): RunEntry[] {
    const keys = new Float64Array(this.#count)
    for (let i = 0; i < this.#count; i++) keys[i] = (this.#first[i] as number) * MOST_RECENT + i
    const entries = Array.from(keys.sort(), key => {
      const place = key % MOST_RECENT
      return {
        first: this.#first[place] as number,
        second: this.#second[place] as number,
        value: this.#positions[place] as number,
      }
    })
    orderBySecond(entries)
    return entries
  }

  /** A run holds what was in memory. */
  forgetRecent(): void {
    this.#slots = new Int32Array(FIRST_SLOTS).fill(-1)
    this.#first = new Uint32Array(FIRST_SLOTS / 2)
    this.#second = new Uint32Array(FIRST_SLOTS / 2)
    this.#positions = new Float64Array(FIRST_SLOTS / 2)
    this.#count = 0
  }

  #freeSlot(first: number): number {
    const mask = this.#slots.length - 1
    let slot = first & mask
    while (this.#slots[slot] !== -1) slot = (slot + 1) & mask
    return slot
  }

  #grow(): void {
    const [first, second, positions] = [this.#first, this.#second, this.#positions]
    this.#first = new Uint32Array(first.length * 2)
    this.#second = new Uint32Array(first.length * 2)
    this.#positions = new Float64Array(first.length * 2)
    this.#first.set(first)
    this.#second.set(second)
    this.#positions.set(positions)
    this.#slots = new Int32Array(first.length * 4).fill(-1)
    for (let i = 0; i < this.#count; i++) this.#slots[this.#freeSlot(first[i] as number)] = i
  }
}

/** The few that share the first half of a hash are put in order by the second. */
function orderBySecond(entries: RunEntry[]): void {
  for (let i = 1; i < entries.length; i++) {
    for (let at = i; at > 0; at--) {
      const [before, entry] = [entries[at - 1] as RunEntry, entries[at] as RunEntry]
      if (before.first !== entry.first || before.second <= entry.second) break
      entries[at - 1] = entry
      entries[at] = before
    }
  }
}
