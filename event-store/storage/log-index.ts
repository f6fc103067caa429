// Finds events by stream and number and by id, and streams by name. All of it follows from the log: what is of late is in
// memory, the rest in runs on disk, and what is missing or damaged there is made anew from the log at a start.
import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { IdIndex } from './id-index.ts'
import {
  type IndexManifest,
  type IndexState,
  manifestOf,
  readManifest,
  removeManifest,
  writeManifest,
} from './index-manifest.ts'
import { NameIndex } from './name-index.ts'
import { PlaceIndex } from './place-index.ts'
import type { Merge, RunPlace, RunSet } from './run-set.ts'
import type { SortedRun } from './sorted-run.ts'

/** One in so many entries must have become useless for the runs to be written anew without them. */
const LEAST_FORGOTTEN = 64

export interface LogIndexOptions {
  /** A folder of its own. */
  readonly dir: string
  readonly durable: boolean
  /** So many events in memory are made a run; a start after a kill looks at as many again. */
  readonly runEvents: number
  /** Whether what stood at a position of the log was scavenged. */
  readonly isGone: (position: number) => boolean
}

export class LogIndex {
  readonly places: PlaceIndex
  readonly names: NameIndex
  readonly ids: IdIndex
  readonly #options: LogIndexOptions
  readonly #secret: string
  /** What the runs held when the index was opened; undefined where it is to be made anew. */
  readonly opened: IndexState | undefined
  /** What was to be removed once the manifest no longer names it. */
  #obsolete: (() => void)[] = []
  #kept: IndexState | undefined
  readonly #onDisk = new WeakSet<SortedRun>()
  #working: Promise<void> | undefined
  #isUntidy = false
  /** Positions that nothing is to lead to any more. */
  readonly #forgotten: Float64Array[] = []
  #closed = false
  /** From then on nothing says that the runs are to be trusted. */
  #isDamaged = false

  constructor(options: LogIndexOptions) {
    this.#options = options
    const { dir } = options
    mkdirSync(dir, { recursive: true })
    const manifest = readManifest(dir)
    this.#secret = manifest?.secret ?? randomUUID()
    const onDamage = (): void => {
      this.#isDamaged = true
      removeManifest(dir)
    }
    const place: RunPlace = { dir, onDamage }
    this.places = new PlaceIndex(place, options.isGone)
    this.names = new NameIndex(place, this.#secret)
    this.ids = new IdIndex(place)
    this.opened = manifest && this.#open(manifest)
    // Damage that was found while they were opened is over with them.
    this.#isDamaged = false
    this.#kept = this.opened
    this.#removeOthers()
  }

  /** Removes an index, so that the next start makes it anew. */
  static forget(dir: string): void {
    rmSync(dir, { recursive: true, force: true })
  }

  /** Whether there is enough in memory for a run. */
  get isRunDue(): boolean {
    return this.ids.recentCount >= this.#options.runEvents
  }

  /**
   * Makes a run of each table of what is in memory, where the log must be on disk up to `state.through`. The runs come to
   * disk, and are merged, when there is time.
   */
  makeRuns(state: IndexState): void {
    if (this.ids.recentCount === 0 && this.names.recentCount === 0) return
    for (const table of [this.places, this.names, this.ids]) {
      if (table.recentCount === 0) continue
      table.set.add(table.recentCount, writer => table.writeRecent(writer))
      table.forgetRecent()
    }
    this.#kept = state
  }

  /** Brings what was made to disk and merges what has become many, without making anybody wait. */
  tidy(): void {
    this.#isUntidy = true
    if (this.#closed) return
    this.#working ??= this.#tidyAll().finally(() => {
      this.#working = undefined
    })
  }

  /**
   * Leaves out what leads to positions, given in order, at which nothing stands any more; resolves when that is done. So
   * few of them that it would not be worth it are left in.
   */
  async forgetPositions(positions: Float64Array): Promise<void> {
    if (positions.length * LEAST_FORGOTTEN < this.ids.set.count) return
    this.#forgotten.push(positions)
    this.tidy()
    await this.#working
  }

  /** Resolves once what is being tidied is. */
  async settled(): Promise<void> {
    await this.#working
  }

  /** The same at once, for as long as nobody is there to wait: while the index is made anew. */
  tidyNow(): void {
    for (const set of this.#sets) {
      for (let merge = set.nextMerge(); merge; merge = set.nextMerge()) {
        for (const _ of merge.steps);
        set.take(merge)()
      }
    }
  }

  /** Has all that is in memory on disk, unless the disk takes no more: then the next start looks for it in the log. */
  async close(state: IndexState | undefined): Promise<void> {
    this.#closed = true
    await this.#working
    try {
      if (state && this.#options.durable) {
        this.makeRuns(state)
        this.#kept = state
        this.#closed = false
        await this.#keep()
      }
    } catch {
      // As promised.
    } finally {
      this.abandon()
    }
  }

  /** Closes the files of an index that is to be removed. */
  abandon(): void {
    this.#closed = true
    for (const set of this.#sets) set.close()
  }

  get #sets(): readonly RunSet[] {
    return [this.places.set, this.names.set, this.ids.set]
  }

  #open(manifest: IndexManifest): IndexState | undefined {
    try {
      this.places.set.open(manifest.places)
      this.names.set.open(manifest.names)
      this.ids.set.open(manifest.ids)
      return manifest
    } catch {
      for (const set of this.#sets) set.close()
      return undefined
    }
  }

  /** Files that no manifest names are of work that was broken off. */
  #removeOthers(): void {
    const { dir } = this.#options
    const known = new Set(this.#sets.flatMap(({ files }) => files))
    for (const file of readdirSync(dir)) {
      if (file.endsWith('.run') && !known.has(file)) rmSync(join(dir, file), { force: true })
    }
  }

  /** What could not be written, on a full disk, is tried again with the next run. */
  async #tidyAll(): Promise<void> {
    while (this.#isUntidy && !this.#closed) {
      this.#isUntidy = false
      await this.#tidy().catch(() => {})
    }
  }

  async #tidy(): Promise<void> {
    await this.#keep()
    for (const set of this.#sets) {
      for (let merge = set.nextMerge(); merge && !this.#closed; merge = set.nextMerge()) {
        if (!(await this.#finish(merge))) return
        this.#obsolete.push(set.take(merge))
        await this.#keep()
      }
    }
    for (const positions of this.#forgotten.splice(0)) await this.#leaveOut(positions)
  }

  async #leaveOut(positions: Float64Array): Promise<void> {
    for (const { set } of [this.places, this.ids]) {
      const merge = set.mergeAll(value => !includes(positions, value))
      if (!merge) continue
      if (!(await this.#finish(merge))) return
      this.#obsolete.push(set.take(merge))
      await this.#keep()
    }
  }

  /** Does a merge a step at a time; false when the index was closed meanwhile. */
  async #finish({ steps, abandon, path }: Merge): Promise<boolean> {
    for (;;) {
      await new Promise(setImmediate)
      if (this.#closed) {
        abandon()
        return false
      }
      try {
        if (steps.next().done) return true
      } catch (error) {
        abandon()
        rmSync(path, { force: true })
        throw error
      }
    }
  }

  /** Brings what there is at this moment to disk, and then removes what nothing names any more. */
  async #keep(): Promise<void> {
    const manifest = this.#manifest()
    if (this.#options.durable && manifest) {
      for (const run of this.#sets.flatMap(({ runs }) => runs)) await this.#bringToDisk(run)
      if (this.#closed) return
      writeManifest(this.#options.dir, manifest)
    }
    for (const remove of this.#obsolete.splice(0)) remove()
  }

  async #bringToDisk(run: SortedRun): Promise<void> {
    if (this.#onDisk.has(run)) return
    const file = await open(run.path, 'r')
    await file.sync().finally(() => file.close())
    this.#onDisk.add(run)
  }

  #manifest(): IndexManifest | undefined {
    if (!this.#kept || this.#isDamaged) return undefined
    const [places, names, ids] = this.#sets.map(({ files }) => files) as [
      string[],
      string[],
      string[],
    ]
    return manifestOf({ ...this.#kept, secret: this.#secret, places, names, ids })
  }
}

/** Whether a list in order has a number. */
function includes(sorted: Float64Array, wanted: number): boolean {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) < wanted) low = middle + 1
    else high = middle
  }
  return sorted[low] === wanted
}
