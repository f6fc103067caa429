// Says of most keys that are not in a set that they are not, by a few bits each.

/** About one in ninety keys that are not there passes. */
const BITS_A_KEY = 12
const PROBES = 3

/** A filter for so many keys, empty or as it was kept. */
export class BloomFilter {
  readonly bytes: Uint8Array
  readonly #bits: number

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.#bits = bytes.length * 8
  }

  static for(keys: number): BloomFilter {
    return new BloomFilter(new Uint8Array(Math.max(8, Math.ceil((keys * BITS_A_KEY) / 8))))
  }

  /** Adds a key, given as two independent hashes of 32 bits. */
  add(a: number, b: number): void {
    for (let probe = 0, at = a; probe < PROBES; probe++, at += b) {
      const bit = (at >>> 0) % this.#bits
      this.bytes[bit >>> 3] = (this.bytes[bit >>> 3] as number) | (1 << (bit & 7))
    }
  }

  /** False only for a key that was not added. */
  mayHave(a: number, b: number): boolean {
    for (let probe = 0, at = a; probe < PROBES; probe++, at += b) {
      const bit = (at >>> 0) % this.#bits
      if (((this.bytes[bit >>> 3] as number) & (1 << (bit & 7))) === 0) return false
    }
    return true
  }
}

/** Spreads what a number of 32 bits differs by over all of its bits. */
export function avalanche(value: number): number {
  let h = value
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
