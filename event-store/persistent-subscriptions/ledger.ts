// How far a group has worked off what it read: the checkpoint stands before the first event that is not done with.
import type { Entry } from './entry.ts'

/** Finished entries are kept behind one that isn't, until they are this many more than the open ones. */
const MOST_FINISHED = 1000

/** How far everything is done: `place` is undefined while not even the first event is. */
export interface Progress {
  readonly place: number | undefined
  readonly sequence: number
}

export class Ledger {
  #entries: Entry[] = []
  #open = 0
  #last: Progress

  /** `place` is that of the checkpoint which the group goes on from. */
  constructor(place: number | undefined) {
    this.#last = { place, sequence: -1 }
  }

  /** The last event that was read. */
  get last(): Progress {
    return this.#last
  }

  /** Adds what was read after all that was added before. */
  add(entry: Entry): void {
    this.#entries.push(entry)
    this.#open++
    this.#last = { place: entry.place, sequence: entry.sequence }
  }

  /** Marks what needn't be sent any more. Replayed events are none of the ledger's. */
  finish(entry: Entry): void {
    if (entry.isDone || entry.replayed) return
    entry.isDone = true
    this.#open--
    if (this.#entries.length > 2 * this.#open + MOST_FINISHED) {
      this.#entries = this.#entries.filter(({ isDone }) => !isDone)
    }
  }

  /** Up to where everything is done with. */
  get progress(): Progress {
    const lowest = this.#entries.findIndex(({ isDone }) => !isDone)
    this.#entries.splice(0, lowest < 0 ? this.#entries.length : lowest)
    const [first] = this.#entries
    return first ? { place: first.previous, sequence: first.sequence - 1 } : this.#last
  }
}
