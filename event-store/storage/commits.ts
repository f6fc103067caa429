// Writes that come in together share one transaction, and each is answered once it is on disk.
import type { Log, Written } from './log.ts'

/** Writes a transaction at most; what waits beyond them goes into the next. */
const MOST_WRITES = 20_000

interface Waiting {
  readonly write: () => unknown
  readonly done: (result: unknown) => void
  readonly failed: (error: unknown) => void
}

/** Queues writes; a turn of the event loop's worth of them is one commit. */
export class Commits {
  readonly #log: Log
  readonly #publish: (written: readonly Written[]) => void
  #waiting: Waiting[] = []
  #scheduled: NodeJS.Immediate | undefined

  /** `publish` hears of what each commit wrote, in order, after its writers have been answered. */
  constructor(log: Log, publish: (written: readonly Written[]) => void) {
    this.#log = log
    this.#publish = publish
  }

  /**
   * Has `write` run within the next transaction, after all that was submitted before it. Then calls `done` with what
   * it returned, or `failed` if the transaction could not be committed: then nothing of it was written.
   */
  submit<T>(write: () => T, done: (result: T) => void, failed: (error: unknown) => void): void {
    this.#waiting.push({ write, done: done as (result: unknown) => void, failed })
    this.#scheduled ??= setImmediate(() => this.#commit())
  }

  /** Commits what is waiting at once. */
  flush(): void {
    while (this.#waiting.length > 0) this.#commit()
  }

  #commit(): void {
    clearImmediate(this.#scheduled)
    this.#scheduled = undefined
    const batch = this.#waiting.splice(0, MOST_WRITES)
    if (this.#waiting.length > 0) this.#scheduled = setImmediate(() => this.#commit())
    const results: unknown[] = []
    let written: readonly Written[]
    try {
      written = this.#log.transaction(() => {
        for (const { write } of batch) results.push(write())
      })
    } catch (error) {
      for (const { failed } of batch) failed(error)
      return
    }
    batch.forEach(({ done }, i) => {
      done(results[i])
    })
    if (written.length > 0) this.#publish(written)
  }
}
