// Which event ids the log holds already, those of late in memory.
import { avalanche } from './bloom-filter.ts'
import { type RunPlace, RunSet } from './run-set.ts'
import type { FilterHash, RunWriter } from './sorted-run.ts'

const byBoth: FilterHash = { a: first => first, b: (_, second) => second }
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

  /** Writes what a run is to be made of: all that is in memory, in order. */
  writeRecent(writer: RunWriter): void {
    const keys = new Float64Array(this.#count)
    for (let i = 0; i < this.#count; i++) keys[i] = (this.#first[i] as number) * MOST_RECENT + i
    const places = Uint32Array.from(keys.sort(), key => key % MOST_RECENT)
    this.#orderBySecond(places)
    for (const place of places) {
      const [first, second] = [this.#first[place] as number, this.#second[place] as number]
      writer.add(first, second, this.#positions[place] as number)
    }
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

  /** The few that share the first half of a hash are put in order by the second. */
  #orderBySecond(places: Uint32Array): void {
    const [first, second] = [this.#first, this.#second]
    for (let i = 1; i < places.length; i++) {
      for (let at = i; at > 0; at--) {
        const [before, place] = [places[at - 1] as number, places[at] as number]
        if (first[before] !== first[place]) break
        if ((second[before] as number) <= (second[place] as number)) break
        places[at - 1] = place
        places[at] = before
      }
    }
  }
}
