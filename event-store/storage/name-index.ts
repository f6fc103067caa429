// The numbers of streams by their names, those of late in memory.
import { hash as digest } from 'node:crypto'
import { type RunPlace, RunSet } from './run-set.ts'
import type { FilterHash, Key, RunEntry, RunWriter } from './sorted-run.ts'

const byBoth: FilterHash = { a: first => first, b: (_, second) => second >>> 0 }

/**
 * Kept are 80 bits of a hash under a secret of the store's own: nobody can choose two names that share them, and by
 * chance they differ as long as there are fewer than a hundred thousand million.
 */
export class NameIndex {
  readonly set: RunSet
  readonly #secret: string
  #lastName: string | undefined
  #lastKey: Key = { first: 0, second: 0 }
  #recent = new Map<string, RunEntry>()

  constructor(place: RunPlace, secret: string) {
    this.set = new RunSet({ ...place, name: 'names', hash: byBoth })
    this.#secret = secret
  }

  add(name: string, stream: number): void {
    this.#recent.set(name, { ...this.#keyOf(name), value: stream })
  }

  /** Takes back what was added. */
  undo(name: string): void {
    this.#recent.delete(name)
  }

  numberOf(name: string): number | undefined {
    return this.#recent.get(name)?.value ?? this.set.valuesOf(this.#keyOf(name))[0]
  }

  get recentCount(): number {
    return this.#recent.size
  }

  /** Writes what a run is to be made of: all that is in memory, in order. */
  writeRecent(writer: RunWriter): void {
    const entries = [...this.#recent.values()]
    entries.sort((a, b) => a.first - b.first || a.second - b.second)
    for (const { first, second, value } of entries) writer.add(first, second, value)
  }

  /** A run holds what was in memory. */
  forgetRecent(): void {
    this.#recent = new Map()
  }

  /** Who has just been looked for is often added then. */
  #keyOf(name: string): Key {
    if (this.#lastName === name) return this.#lastKey
    const bytes = digest('sha256', this.#secret + name, 'buffer')
    this.#lastName = name
    this.#lastKey = { first: bytes.readUInt32BE(0), second: bytes.readUIntBE(4, 6) }
    return this.#lastKey
  }
}
