// One table of the index: its runs from the oldest to the newest, merged from time to time so that there are never many.
import { rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { mergeSteps } from './run-merge.ts'
import { type FilterHash, type Key, type RunEntry, RunWriter, SortedRun } from './sorted-run.ts'

/** Fewer runs are left as they are: to merge costs more than to look into each. */
const LEAST_MERGED = 8

/** Where runs are kept. */
export interface RunPlace {
  readonly dir: string
  /** Called when one of them turns out to be damaged. */
  readonly onDamage: () => void
}

export interface RunSetOptions extends RunPlace {
  /** What the names of its files begin with. */
  readonly name: string
  readonly hash: FilterHash
}

/** A merge that is under way: what it reads and what it makes of it. */
export interface Merge {
  readonly inputs: readonly SortedRun[]
  readonly steps: Generator<void, void>
  readonly path: string
  /** Ends it before it is done. */
  readonly abandon: () => void
}

export class RunSet {
  readonly #options: RunSetOptions
  #runs: SortedRun[] = []
  #number = 0

  constructor(options: RunSetOptions) {
    this.#options = options
  }

  /** From the oldest to the newest. */
  get runs(): readonly SortedRun[] {
    return this.#runs
  }

  get files(): string[] {
    return this.#runs.map(({ path }) => basename(path))
  }

  /** Opens the files of a set. Throws where one is missing or damaged. */
  open(files: readonly string[]): void {
    for (const file of files) {
      this.#runs.push(this.#reader(join(this.#options.dir, file)))
      this.#number = Math.max(this.#number, Number(/\d+/.exec(file)?.[0] ?? 0))
    }
  }

  /** Makes so many entries the newest run; `write` adds them in order. Throws the system's error, and then has none. */
  add(count: number, write: (writer: RunWriter) => void): void {
    const writer = this.#writer(count)
    try {
      write(writer)
      writer.finish()
    } catch (error) {
      writer.abandon()
      rmSync(writer.path, { force: true })
      throw error
    }
    this.#runs.push(this.#reader(writer.path))
  }

  /**
   * What is to be merged next, if anything is: the newest runs up to the first that is larger than all after it. Those
   * before it each outweigh all that follow, so there are few of them.
   */
  nextMerge(): Merge | undefined {
    let [start, after] = [this.#runs.length, 0]
    for (let i = this.#runs.length - 1; i >= 0; i--) {
      const { count } = this.#runs[i] as SortedRun
      if (count <= after) start = i
      after += count
    }
    return this.#runs.length - start < LEAST_MERGED
      ? undefined
      : this.#merge(this.#runs.slice(start))
  }

  /** Makes one run of all there are, without the entries whose values are not to be kept. */
  mergeAll(isKept: (value: number) => boolean): Merge | undefined {
    return this.#runs.length === 0 ? undefined : this.#merge([...this.#runs], isKept)
  }

  /** How many entries there are in runs. */
  get count(): number {
    return this.#runs.reduce((sum, { count }) => sum + count, 0)
  }

  #merge(inputs: readonly SortedRun[], isKept?: (value: number) => boolean): Merge {
    const writer = this.#writer(inputs.reduce((sum, { count }) => sum + count, 0))
    const abandon = (): void => writer.abandon()
    const steps = mergeSteps(inputs, writer, isKept)
    return { inputs, steps, path: writer.path, abandon }
  }

  /** Puts what a merge has made in the place of what it was made of, and returns what removes that. */
  take({ inputs, path }: Merge): () => void {
    const at = this.#runs.indexOf(inputs[0] as SortedRun)
    this.#runs.splice(at, inputs.length, this.#reader(path))
    return () => {
      for (const run of inputs) {
        run.close()
        rmSync(run.path, { force: true })
      }
    }
  }

  /** The newest entry with a key's first number, up to that key. */
  lastUpTo(key: Key): RunEntry | undefined {
    for (let i = this.#runs.length - 1; i >= 0; i--) {
      const run = this.#runs[i] as SortedRun
      if (!run.mayHave(key)) continue
      const place = run.placeOf({ first: key.first, second: key.second + 1 }) - 1
      const entry = place >= 0 ? run.entry(place) : undefined
      if (entry?.first === key.first) return entry
    }
    return undefined
  }

  /** The oldest entry with a key's first number, from that key on. */
  firstFrom(key: Key): RunEntry | undefined {
    for (const run of this.#runs) {
      if (!run.mayHave(key)) continue
      const place = run.placeOf(key)
      const entry = place < run.count ? run.entry(place) : undefined
      if (entry?.first === key.first) return entry
    }
    return undefined
  }

  /** The values of all entries with a key, oldest first. */
  valuesOf(key: Key): number[] {
    const found: number[] = []
    for (const run of this.#runs) {
      if (!run.mayHave(key)) continue
      for (let place = run.placeOf(key); place < run.count; place++) {
        const { first, second, value } = run.entry(place)
        if (first !== key.first || second !== key.second) break
        found.push(value)
      }
    }
    return found
  }

  close(): void {
    for (const run of this.#runs) run.close()
    this.#runs = []
  }

  #reader(path: string): SortedRun {
    const { hash, onDamage } = this.#options
    return new SortedRun(path, hash, onDamage)
  }

  #writer(most: number): RunWriter {
    this.#number++
    const { dir, name, hash } = this.#options
    return new RunWriter(
      join(dir, `${name}-${String(this.#number).padStart(8, '0')}.run`),
      most,
      hash,
    )
  }
}
