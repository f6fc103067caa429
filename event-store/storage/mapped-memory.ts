// Keeps what reading maps into memory within bounds: the system takes back pages of a mapped file only when it runs
// short of memory, and until then counts all that was ever looked at as the process's own.
import { readFileSync } from 'node:fs'

/** What may be mapped before it is let go of. */
const MOST_BYTES = 32 * 1024 * 1024
/** How much is read, at a guess, between two looks at the system's count. */
const BYTES_A_LOOK = 4 * 1024 * 1024
/** What a record looked up by itself may map besides its own bytes: the system maps the pages around it, too. */
const BYTES_AROUND = 32 * 1024
const PAGE_BYTES = 4096

/** Bytes in memory that belong to mapped files; where the system tells only of all memory, that. */
function mappedBytes(): number {
  if (process.platform !== 'linux') return process.memoryUsage.rss()
  return Number(readFileSync('/proc/self/statm', 'latin1').split(' ')[2]) * PAGE_BYTES
}

/** Watches over what is mapped while a store is read. */
export class MappedMemory {
  readonly #letGo: () => void
  #base = mappedBytes()
  #read = 0
  #due: NodeJS.Immediate | undefined

  /** `letGo` is called between two turns of the event loop, when it is time. */
  constructor(letGo: () => void) {
    this.#letGo = letGo
  }

  /** Hears of a record that was looked up, or of a page of them with their length. */
  note(bytes = 0): void {
    this.#read += bytes + BYTES_AROUND
    if (this.#read < BYTES_A_LOOK || this.#due) return
    this.#read = 0
    if (mappedBytes() - this.#base < MOST_BYTES) return
    this.#due = setImmediate(() => {
      this.#due = undefined
      this.#letGo()
      this.#base = mappedBytes()
    })
  }

  /** Has nothing called any more. */
  stop(): void {
    clearImmediate(this.#due)
  }
}
