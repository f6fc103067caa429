// A transaction of LMDB's that stays open over many commits of the log, so that a page which they all change is
// written once.
import type { Tables } from './tables.ts'

/** Begins by itself with the first thing that is done in it. Everything that is read sees what was done so far. */
export class OpenTransaction {
  readonly #tables: Tables
  #end: { readonly commit: () => void; readonly abort: (reason: Error) => void } | undefined

  constructor(tables: Tables) {
    this.#tables = tables
  }

  /** Whether something was done that is not on disk. */
  get isOpen(): boolean {
    return this.#end !== undefined
  }

  /** Does something whole: if it throws, nothing of it was done, but what was done before stays. */
  do(action: () => void): void {
    this.#begin()
    this.#tables.env.transactionSync(action)
  }

  /** Brings all that was done to disk. */
  commit(): void {
    const end = this.#end
    this.#end = undefined
    end?.commit()
  }

  /** Forgets all that was done. */
  abort(): void {
    const end = this.#end
    this.#end = undefined
    try {
      end?.abort(ABORTED)
    } catch (error) {
      if (error !== ABORTED) throw error
    }
  }

  /**
   * The library keeps a transaction open for as long as what its action returns is not settled; it asks for `then`
   * only, and one that settles at once ends the transaction at once.
   */
  #begin(): void {
    if (this.#end) return
    const unsettled = {
      // biome-ignore lint/suspicious/noThenProperty: this is what the library waits for.
      then: (commit: () => void, abort: (reason: Error) => void) => {
        this.#end = { commit, abort }
      },
    }
    this.#tables.env.transactionSync(() => unsettled)
  }
}

const ABORTED = new Error('The transaction was given up.')
