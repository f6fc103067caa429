// Which event ids the log holds already: sorted runs on disk behind small filters in memory, the newest ids in memory.
//
// A B-tree keyed by random ids would rewrite a page an event; runs are written at once, in order, every RUN_LENGTH
// events. The ids since the last run are read again from the log when the store is opened.
import type { Tables } from './tables.ts'

/** Events a run. */
export const RUN_LENGTH = 16_384
const SLOTS = RUN_LENGTH * 2
const BLOCKS = 64
const BLOCK_SHIFT = 26
const ENTRY_BYTES = 14
/** Sixteen bits an id: about one in two hundred unknown ids passes a filter. */
const FILTER_BYTES = (RUN_LENGTH * 16) / 8
const FILTER_MASK = FILTER_BYTES * 8 - 1
const FILTER_BLOCK = 0xff

const scratchKey = Buffer.alloc(5)
function runKey(run: number, block: number): Buffer {
  scratchKey.writeUInt32BE(run, 0)
  scratchKey[4] = block
  return scratchKey
}

function avalanche(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

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

const setBit = (filter: Uint8Array, bit: number): void => {
  filter[bit >>> 3] = (filter[bit >>> 3] as number) | (1 << (bit & 7))
}
const hasBit = (filter: Uint8Array, bit: number): boolean =>
  ((filter[bit >>> 3] as number) & (1 << (bit & 7))) !== 0
const thirdBit = (a: number, b: number): number => (a ^ ((b << 16) | (b >>> 16))) & FILTER_MASK

/** Finds events by id. All methods but `candidates` belong inside a write transaction. */
export class IdRuns {
  readonly #tables: Tables
  #filters: Uint8Array[] = []
  #first = new Uint32Array(SLOTS)
  #second = new Uint32Array(SLOTS)
  #positions = new Float64Array(SLOTS)
  #count = 0

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Reads the filters; returns the position up to which the runs know all ids. What follows is to be added again. */
  load(): number {
    this.#filters = []
    this.#empty()
    let through = 0
    for (;;) {
      const stored = this.#tables.ids.getBinary(runKey(this.#filters.length, FILTER_BLOCK))
      if (!stored) return through
      this.#filters.push(stored.subarray(0, FILTER_BYTES))
      through = Number(stored.readBigUInt64BE(FILTER_BYTES))
    }
  }

  /** Remembers an id; writes a run when enough have come together. */
  add(id: Buffer, position: number): void {
    hashOf(id)
    let slot = hash[0] % SLOTS
    while (this.#positions[slot] !== 0) slot = (slot + 1) % SLOTS
    this.#first[slot] = hash[0]
    this.#second[slot] = hash[1]
    this.#positions[slot] = position
    this.#count++
    if (this.#count === RUN_LENGTH) this.#writeRun(position)
  }

  /**
   * Positions of events that may have this id, oldest first. The caller compares: ids that only share
   * a hash are among them.
   */
  candidates(id: Buffer): number[] {
    hashOf(id)
    const [a, b] = hash
    const found: number[] = []
    const bits = [a & FILTER_MASK, b & FILTER_MASK, thirdBit(a, b)] as const
    for (let run = 0; run < this.#filters.length; run++) {
      const filter = this.#filters[run] as Uint8Array
      if (hasBit(filter, bits[0]) && hasBit(filter, bits[1]) && hasBit(filter, bits[2])) {
        this.#searchRun(run, a, b, found)
      }
    }
    for (let slot = a % SLOTS; this.#positions[slot] !== 0; slot = (slot + 1) % SLOTS) {
      if (this.#first[slot] === a && this.#second[slot] === b) {
        found.push(this.#positions[slot] as number)
      }
    }
    return found
  }

  #searchRun(run: number, a: number, b: number, found: number[]): void {
    const block = this.#tables.ids.getBinary(runKey(run, a >>> BLOCK_SHIFT))
    if (!block) return
    let low = 0
    let high = block.length / ENTRY_BYTES
    while (low < high) {
      const middle = (low + high) >>> 1
      if (block.readUInt32BE(middle * ENTRY_BYTES) < a) low = middle + 1
      else high = middle
    }
    for (let at = low * ENTRY_BYTES; at < block.length; at += ENTRY_BYTES) {
      if (block.readUInt32BE(at) !== a) return
      if (block.readUInt32BE(at + 4) === b) found.push(block.readUIntBE(at + 8, 6))
    }
  }

  #writeRun(through: number): void {
    const slots = [...this.#positions.keys()].filter(slot => this.#positions[slot] !== 0)
    const [first, positions] = [this.#first, this.#positions]
    slots.sort((x, y) => {
      const byHash = (first[x] as number) - (first[y] as number)
      return byHash === 0 ? (positions[x] as number) - (positions[y] as number) : byHash
    })
    const entries = Buffer.allocUnsafe(slots.length * ENTRY_BYTES)
    const filter = Buffer.alloc(FILTER_BYTES + 8)
    const ends = new Uint32Array(BLOCKS)
    slots.forEach((slot, i) => {
      const [a, b] = [first[slot] as number, this.#second[slot] as number]
      entries.writeUInt32BE(a, i * ENTRY_BYTES)
      entries.writeUInt32BE(b, i * ENTRY_BYTES + 4)
      entries.writeUIntBE(positions[slot] as number, i * ENTRY_BYTES + 8, 6)
      ends[a >>> BLOCK_SHIFT] = (i + 1) * ENTRY_BYTES
      for (const bit of [a & FILTER_MASK, b & FILTER_MASK, thirdBit(a, b)]) setBit(filter, bit)
    })
    const run = this.#filters.length
    let start = 0
    for (let block = 0; block < BLOCKS; block++) {
      const end = ends[block] as number
      if (end === 0) continue
      this.#tables.ids.putSync(runKey(run, block), entries.subarray(start, end))
      start = end
    }
    filter.writeBigUInt64BE(BigInt(through), FILTER_BYTES)
    this.#tables.ids.putSync(runKey(run, FILTER_BLOCK), filter)
    this.#filters.push(filter.subarray(0, FILTER_BYTES))
    this.#empty()
  }

  #empty(): void {
    this.#positions.fill(0)
    this.#count = 0
  }
}
