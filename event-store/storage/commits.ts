// Writes that come in together share one commit, and each is answered once it is on disk.
import type { Log, Written } from './log.ts'

/** Writes a commit at most; what waits beyond them goes into the next. */
const MOST_WRITES = 20_000
/** Nor does a commit take in one more write when it has grown so large: it is held in memory twice on its way to disk. */
const MOST_BYTES = 64 * 1024 * 1024
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

/** What became of one write of a commit. */
type Outcome = { readonly waiting: Waiting } & (
  | { readonly result: unknown }
  | { readonly error: unknown }
)

/** What has been written and is on its way to disk. */
interface Unsafe {
  readonly outcomes: readonly Outcome[]
  readonly written: readonly Written[]
}

/** What a queue of writes tells others. */
export interface CommitListener {
  /** Hears of what each commit wrote, in order, after its writers have been answered. */
  published(written: readonly Written[]): void
  /** Hears that something was written and taken back: what was remembered of it must be forgotten at once. */
  undone(): void
  /** Hears of what a writer threw while it was told of its write, which is nobody else's concern. */
  astonished(error: unknown): void
}

/** Queues writes: those that come in while one commit is on its way to disk are the next. */
export class Commits {
  readonly #log: Log
  readonly #listener: CommitListener
  #waiting: Waiting[] = []
  #scheduled: NodeJS.Immediate | undefined
  #unsafe: Unsafe | undefined
  /** Running means of the commits. */
  #flushMs = 0
  #writes = 1

  constructor(log: Log, listener: CommitListener) {
    this.#log = log
    this.#listener = listener
  }

  /**
   * Has `write` run within the next commit, after all that was submitted before it. Then calls `done` with what it
   * returned, or `failed` with what it threw or what the whole commit failed by: then nothing of it was written. What one
   * write throws refuses that one alone.
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
      this.#writes += (unsafe.outcomes.length - this.#writes) * NEWEST_SHARE
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
    if (this.#waiting.length === 0) return undefined
    const outcomes: Outcome[] = []
    try {
      this.#log.maintain()
      const written = this.#log.write(() => {
        const most = Math.min(this.#waiting.length, MOST_WRITES)
        while (outcomes.length < most && this.#log.pendingBytes < MOST_BYTES) {
          outcomes.push(this.#attempt(this.#waiting[outcomes.length] as Waiting))
        }
      })
      this.#waiting.splice(0, outcomes.length)
      this.#unsafe = { outcomes, written }
      // What was taken back is told of in the same turn: some go on with the next write before this one is on disk.
      for (const outcome of outcomes) this.#tellIfRefused(outcome)
    } catch (error) {
      // Before the first was tried, there is something wrong with the log itself.
      const batch = this.#waiting.splice(0, outcomes.length || MOST_WRITES)
      this.#failAll(batch, error)
    }
    return this.#unsafe
  }

  #attempt(waiting: Waiting): Outcome {
    try {
      return { waiting, result: this.#log.attempt(waiting.write) }
    } catch (error) {
      this.#listener.undone()
      return { waiting, error }
    }
  }

  #tellIfRefused(outcome: Outcome): void {
    if ('error' in outcome) this.#tell(() => outcome.waiting.failed(outcome.error))
  }

  #failAll(batch: readonly Waiting[], error: unknown): void {
    this.#listener.undone()
    for (const { failed } of batch) this.#tell(() => failed(error))
  }

  /** Tells somebody; what they throw keeps nobody else from being told. */
  #tell(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#listener.astonished(error)
    }
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

  #finish({ outcomes, written }: Unsafe, start: number, failure: unknown): void {
    this.#unsafe = undefined
    this.#flushMs += (performance.now() - start - this.#flushMs) * NEWEST_SHARE
    const done = outcomes.filter(outcome => 'result' in outcome)
    if (failure) {
      this.#failAll(
        done.map(({ waiting }) => waiting),
        failure,
      )
      return
    }
    for (const { waiting, result } of done) this.#tell(() => waiting.done(result))
    if (written.length > 0) this.#tell(() => this.#listener.published(written))
  }
}
