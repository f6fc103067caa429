// Writes that come in together share one commit, and each is answered once it is on disk.
import type { Log, Written } from './log.ts'

/** Writes a commit at most; what waits beyond them goes into the next. */
const MOST_WRITES = 20_000
/** A flush that takes no longer is waited for where writes come alone: to be called back takes half as long again. */
const QUICK_FLUSH_MS = 1
const FEW_WRITES = 1.1
/** The weight of the last commit in the running means. */
const NEWEST_SHARE = 0.1

interface Waiting {
  readonly write: () => unknown
  readonly done: (result: unknown) => void
  readonly failed: (error: unknown) => void
}

/** What has been written and is on its way to disk. */
interface Unsafe {
  readonly batch: readonly Waiting[]
  readonly results: readonly unknown[]
  readonly written: readonly Written[]
}

/** Queues writes: those that come in while one commit is on its way to disk are the next. */
export class Commits {
  readonly #log: Log
  readonly #publish: (written: readonly Written[]) => void
  #waiting: Waiting[] = []
  #scheduled: NodeJS.Immediate | undefined
  #unsafe: Unsafe | undefined
  /** Running means of the commits. */
  #flushMs = 0
  #writes = 1

  /** `publish` hears of what each commit wrote, in order, after its writers have been answered. */
  constructor(log: Log, publish: (written: readonly Written[]) => void) {
    this.#log = log
    this.#publish = publish
  }

  /**
   * Has `write` run within the next commit, after all that was submitted before it. Then calls `done` with what it
   * returned, or `failed` if the commit failed: then nothing of it was written.
   */
  submit<T>(write: () => T, done: (result: T) => void, failed: (error: unknown) => void): void {
    this.#waiting.push({ write, done: done as (result: unknown) => void, failed })
    this.#schedule()
  }

  /** Commits what is waiting at once. */
  flush(): void {
    if (this.#unsafe) this.#flushNow(this.#unsafe)
    for (let unsafe = this.#write(); unsafe; unsafe = this.#write()) this.#flushNow(unsafe)
  }

  #schedule(): void {
    if (this.#unsafe || this.#waiting.length === 0) return
    this.#scheduled ??= setImmediate(() => this.#commit())
  }

  #commit(): void {
    const unsafe = this.#write()
    if (unsafe) {
      this.#writes += (unsafe.batch.length - this.#writes) * NEWEST_SHARE
      const waits = this.#writes < FEW_WRITES && this.#flushMs < QUICK_FLUSH_MS
      if (waits) this.#flushNow(unsafe)
      else this.#flushAside(unsafe)
    }
    this.#schedule()
  }

  /** Runs what is waiting as one transaction; it isn't on disk then. */
  #write(): Unsafe | undefined {
    clearImmediate(this.#scheduled)
    this.#scheduled = undefined
    const batch = this.#waiting.splice(0, MOST_WRITES)
    if (batch.length === 0) return undefined
    const results: unknown[] = []
    try {
      this.#log.maintain()
      const written = this.#log.write(() => {
        for (const { write } of batch) results.push(write())
      })
      this.#unsafe = { batch, results, written }
    } catch (error) {
      for (const { failed } of batch) failed(error)
    }
    return this.#unsafe
  }

  #flushNow(unsafe: Unsafe): void {
    const start = performance.now()
    let failure: unknown
    try {
      this.#log.flush()
    } catch (error) {
      failure = error
    }
    this.#finish(unsafe, start, failure)
  }

  #flushAside(unsafe: Unsafe): void {
    const start = performance.now()
    this.#log.flushAside(failure => {
      // It may have been waited for in the meantime.
      if (this.#unsafe !== unsafe) return
      this.#finish(unsafe, start, failure)
      this.#schedule()
    })
  }

  #finish({ batch, results, written }: Unsafe, start: number, failure: unknown): void {
    this.#unsafe = undefined
    this.#flushMs += (performance.now() - start - this.#flushMs) * NEWEST_SHARE
    if (failure) {
      for (const { failed } of batch) failed(failure)
      return
    }
    batch.forEach(({ done }, i) => {
      done(results[i])
    })
    if (written.length > 0) this.#publish(written)
  }
}
