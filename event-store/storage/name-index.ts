// The numbers of streams by their names, those of late in memory.
import { hash as digest } from 'node:crypto'
import { type RunPlace, RunSet } from './run-set.ts'
import type { FilterHash, Key, RunEntry } from './sorted-run.ts'

const byBoth: FilterHash = ({ first, second }) => [first, second >>> 0]

/**
 * Kept are 80 bits of a hash under a secret of the store's own: nobody can choose two names that share them, and by
 * chance they differ as long as there are fewer than a hundred thousand million.
 */
export class NameIndex {
  readonly set: RunSet
  readonly #secret: string
  #recent = new Map<string, number>()

  constructor(place: RunPlace, secret: string) {
    this.set = new RunSet({ ...place, name: 'names', hash: byBoth })
    this.#secret = secret
  }

  add(name: string, stream: number): void {
    this.#recent.set(name, stream)
  }

  /** Takes back what was added. */
  undo(name: string): void {
    this.#recent.delete(name)
  }

  numberOf(name: string): number | undefined {
    return this.#recent.get(name) ?? this.set.valuesOf(this.#keyOf(name))[0]
  }

  get recentCount(): number {
    return this.#recent.size
  }

  /** What a run is to be made of: all that is in memory, in order. */
  recentEntries(): RunEntry[] {
    return [...this.#recent]
      .map(([name, value]) => ({ ...this.#keyOf(name), value }))
      .sort((a, b) => a.first - b.first || a.second - b.second)
  }

  /** A run holds what was in memory. */
  forgetRecent(): void {
    this.#recent = new Map()
  }

  #keyOf(name: string): Key {
    const bytes = digest('sha256', this.#secret + name, 'buffer')
    return { first: bytes.readUInt32BE(0), second: bytes.readUIntBE(4, 6) }
  }
}
