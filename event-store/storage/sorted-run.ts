// A file of entries in order, written once: three numbers each, found by the first two. The index is made of such runs.
//
// Blocks of 256 entries, each entry 16 bytes (32, 48 and 48 bits, so that bytes compare as numbers do); then a checksum for
// each block, the first key of each, a filter of keys; then 32 bytes that say how much there is of them:
//
//   0  "EVRUN001"                     16  bytes of the filter, 32 bits
//   8  entries, 48 bits               24  CRC-32 of all behind the blocks up to here
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { basename } from 'node:path'
import { crc32 } from 'node:zlib'
import { BloomFilter } from './bloom-filter.ts'
import { DamagedStore } from './errors.ts'
import { readFully, writeFully } from './sync-file.ts'

export const ENTRY_BYTES = 16
const BLOCK_ENTRIES = 256
const BLOCK_BYTES = BLOCK_ENTRIES * ENTRY_BYTES
const CHECKSUM_BYTES = 4
const KEY_BYTES = 10
const TRAILER_BYTES = 32
const MAGIC = Buffer.from('EVRUN001')
const ENTRIES_AT = 8
const FILTER_BYTES_AT = 16
const CRC_AT = 24
const TWO_32 = 2 ** 32
/** What a merge collects before it writes. */
const WRITE_BYTES = 64 * BLOCK_BYTES

/** The order of the entries: by a number of 32 bits, then by one of 48. */
export interface Key {
  readonly first: number
  readonly second: number
}

export interface RunEntry extends Key {
  readonly value: number
}

const putUint48 = (bytes: Buffer, at: number, value: number): void => {
  const high = Math.floor(value / TWO_32)
  bytes[at] = high >>> 8
  bytes[at + 1] = high
  bytes.writeUInt32BE(value - high * TWO_32, at + 2)
}

const uint48 = (bytes: Buffer, at: number): number =>
  bytes.readUInt16BE(at) * TWO_32 + bytes.readUInt32BE(at + 2)

/** How a key is put into a filter: as two hashes, each made of the key's two numbers. */
export interface FilterHash {
  a(first: number, second: number): number
  b(first: number, second: number): number
}

/** Writes entries, which must come in order, to a new file. */
export class RunWriter {
  readonly path: string
  readonly #file: number
  readonly #hash: FilterHash
  readonly #filter: BloomFilter
  readonly #bytes = Buffer.allocUnsafe(WRITE_BYTES)
  readonly #checksums: number[] = []
  readonly #keys: Buffer[] = []
  #used = 0
  #written = 0
  #count = 0

  /** `most` is how many entries there may be. */
  constructor(path: string, most: number, hash: FilterHash) {
    this.path = path
    this.#file = openSync(path, 'w')
    this.#hash = hash
    this.#filter = BloomFilter.for(most)
  }

  /** Adds an entry: the two numbers of its key and its value. */
  add(first: number, second: number, value: number): void {
    const at = this.#used
    this.#bytes.writeUInt32BE(first, at)
    putUint48(this.#bytes, at + 4, second)
    putUint48(this.#bytes, at + 10, value)
    this.#filter.add(this.#hash.a(first, second), this.#hash.b(first, second))
    this.#used += ENTRY_BYTES
    this.#count++
    if (this.#used === WRITE_BYTES) this.#write()
  }

  /** Writes what is left; the file is whole, but not yet on disk, when this returns. */
  finish(): void {
    this.#write()
    const filter = Buffer.from(this.#filter.bytes.buffer)
    const checksums = Buffer.alloc(this.#checksums.length * CHECKSUM_BYTES)
    this.#checksums.forEach((checksum, i) => {
      checksums.writeUInt32BE(checksum, i * CHECKSUM_BYTES)
    })
    const trailer = Buffer.alloc(TRAILER_BYTES)
    MAGIC.copy(trailer)
    trailer.writeUIntBE(this.#count, ENTRIES_AT, 6)
    trailer.writeUInt32BE(filter.length, FILTER_BYTES_AT)
    const tail = Buffer.concat([checksums, ...this.#keys, filter, trailer])
    const checked = tail.length - TRAILER_BYTES + CRC_AT
    tail.writeUInt32BE(crc32(tail.subarray(0, checked)), checked)
    writeFully(this.#file, tail, this.#written)
    closeSync(this.#file)
  }

  /** Ends before everything was written; the file is of no use. */
  abandon(): void {
    closeSync(this.#file)
  }

  #write(): void {
    for (let at = 0; at < this.#used; at += BLOCK_BYTES) {
      const block = this.#bytes.subarray(at, Math.min(at + BLOCK_BYTES, this.#used))
      this.#checksums.push(crc32(block))
      this.#keys.push(Buffer.from(block.subarray(0, KEY_BYTES)))
    }
    writeFully(this.#file, this.#bytes.subarray(0, this.#used), this.#written)
    this.#written += this.#used
    this.#used = 0
  }
}

/** A run that is read: its keys and filter are in memory, its entries on disk. */
export class SortedRun {
  readonly path: string
  readonly count: number
  readonly #file: number
  readonly #hash: FilterHash
  readonly #onDamage: () => void
  readonly #checksums: Buffer
  readonly #keys: Buffer
  readonly #filter: BloomFilter
  readonly #block = Buffer.allocUnsafe(BLOCK_BYTES)
  #inMemory = -1

  /** Opens a file. Throws `DamagedStore` for one that is not as it was written. */
  constructor(path: string, hash: FilterHash, onDamage: () => void) {
    this.path = path
    this.#hash = hash
    this.#onDamage = onDamage
    this.#file = openSync(path, constants.O_RDONLY)
    try {
      const { size } = fstatSync(this.#file)
      const trailer = this.#read(size - TRAILER_BYTES, TRAILER_BYTES)
      if (!trailer.subarray(0, MAGIC.length).equals(MAGIC)) throw this.#damaged()
      this.count = uint48(trailer, ENTRIES_AT)
      const blocks = Math.ceil(this.count / BLOCK_ENTRIES)
      const dataBytes = this.count * ENTRY_BYTES
      const tail = this.#read(dataBytes, size - dataBytes)
      const checked = tail.length - TRAILER_BYTES + CRC_AT
      if (crc32(tail.subarray(0, checked)) !== tail.readUInt32BE(checked)) throw this.#damaged()
      const keysAt = blocks * CHECKSUM_BYTES
      const filterAt = keysAt + blocks * KEY_BYTES
      this.#checksums = tail.subarray(0, keysAt)
      this.#keys = tail.subarray(keysAt, filterAt)
      this.#filter = new BloomFilter(tail.subarray(filterAt, tail.length - TRAILER_BYTES))
    } catch (error) {
      closeSync(this.#file)
      throw error
    }
  }

  close(): void {
    closeSync(this.#file)
  }

  /** False only where no entry has this key, as far as the filter's hash tells keys apart. */
  mayHave({ first, second }: Key): boolean {
    return this.#filter.mayHave(this.#hash.a(first, second), this.#hash.b(first, second))
  }

  /** The place of the first entry that is not before a key. */
  placeOf(key: Key): number {
    let low = 0
    let high = Math.ceil(this.count / BLOCK_ENTRIES)
    // The last block that begins before the key: the entry is in it or is the first of the next.
    while (low < high) {
      const middle = (low + high) >>> 1
      if (isBefore(this.#keys, middle * KEY_BYTES, key)) low = middle + 1
      else high = middle
    }
    if (low === 0) return 0
    const block = low - 1
    const bytes = this.#blockAt(block)
    let [from, to] = [0, this.#entriesOf(block)]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (isBefore(bytes, middle * ENTRY_BYTES, key)) from = middle + 1
      else to = middle
    }
    return block * BLOCK_ENTRIES + from
  }

  /** The entry at a place from 0 to `count` - 1. */
  entry(place: number): RunEntry {
    const bytes = this.#blockAt(Math.floor(place / BLOCK_ENTRIES))
    const at = (place % BLOCK_ENTRIES) * ENTRY_BYTES
    return {
      first: bytes.readUInt32BE(at),
      second: uint48(bytes, at + 4),
      value: uint48(bytes, at + 10),
    }
  }

  #entriesOf(block: number): number {
    return Math.min(BLOCK_ENTRIES, this.count - block * BLOCK_ENTRIES)
  }

  /** The block's bytes, good until another one is asked for. */
  #blockAt(block: number): Buffer {
    if (this.#inMemory === block) return this.#block
    this.#inMemory = -1
    const length = this.#entriesOf(block) * ENTRY_BYTES
    const found = readFully(this.#file, this.#block, length, block * BLOCK_BYTES)
    const checksum = this.#checksums.readUInt32BE(block * CHECKSUM_BYTES)
    if (found < length || crc32(this.#block.subarray(0, length)) !== checksum) {
      throw this.#damaged()
    }
    this.#inMemory = block
    return this.#block
  }

  #read(at: number, length: number): Buffer {
    if (at < 0 || length < 0) throw this.#damaged()
    const bytes = Buffer.allocUnsafe(length)
    if (readFully(this.#file, bytes, length, at) < length) throw this.#damaged()
    return bytes
  }

  #damaged(): DamagedIndex {
    this.#onDamage()
    return new DamagedIndex(
      `The index is damaged (${basename(this.path)}): restart the server, which makes it anew from the events.`,
    )
  }
}

/** Damage to what can be made anew from the log. */
export class DamagedIndex extends DamagedStore {}

function isBefore(bytes: Buffer, at: number, { first, second }: Key): boolean {
  const other = bytes.readUInt32BE(at)
  return other < first || (other === first && uint48(bytes, at + 4) < second)
}
